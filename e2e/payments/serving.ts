/** The provider's end: takes a voucher, keeps it, gives a token for it. */
import { createServer, type AddressInfo, type Server, type Socket } from 'node:net';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { VoucherRefused, type Receiver, type SignedVoucher } from '../src/vouchers.ts';
import type { Journal } from './journal.ts';
import { decodeSigned, encodeSigned, receive, send, type Message } from './wire.ts';

/** Refusals after which a connection is cut. */
const MOST_REFUSALS = 16;

/** What is served, and at what price. */
export interface Service {
	/** The payee's side of the channel. */
	readonly receiver: Receiver;
	/** Where its best voucher is kept. */
	readonly journal: Journal;
	/** Price of a token. */
	readonly price: bigint;
	/** The work, token by token, computed when asked for. */
	readonly work: Iterator<string, void>;
	/** How many tokens it has. */
	readonly tokens: number;
}

/** What a run came to. */
export interface Served {
	readonly tokens: number;
	/** The whole result. */
	readonly text: string;
}

/**
 * Gives tokens for vouchers over TCP. A voucher that is refused gives none, and says why. Each voucher
 * is in the journal before the token that it pays for is computed.
 */
export class Serving {
	/** How many vouchers were taken. */
	vouchers = 0;
	/** How many were refused, by reason. */
	readonly refusals = new Map<string, number>();
	/** What is taken is for nothing from now on: the channel is closing. */
	closing = false;
	/** Called when a requester has gone before the work was done. */
	onLost: () => void = () => undefined;
	/** Called with the number of vouchers after each that is taken. */
	onTaken: (vouchers: number) => void = () => undefined;
	/** Called when a requester comes. */
	onFound: () => void = () => undefined;
	/** Resolves when the last token is sent. */
	readonly done: Promise<Served>;
	readonly #server: Server;
	readonly #tokens: string[] = [];
	#isFinished = false;
	#finish: (served: Served) => void = () => undefined;
	#connection: Socket | undefined;

	constructor(private readonly service: Service) {
		this.restore();
		this.done = new Promise((resolve) => {
			this.#finish = resolve;
		});
		this.#server = createServer((socket) => this.serve(socket));
	}

	/** Begins to listen on this machine, and says where. */
	listen(port = 0): Promise<number> {
		return new Promise((resolve, reject) => {
			this.#server.once('error', reject);
			this.#server.listen(port, '127.0.0.1', () => {
				resolve((this.#server.address() as AddressInfo).port);
			});
		});
	}

	close(): void {
		this.#connection?.destroy();
		this.#server.close();
	}

	/** Tokens that are paid for. */
	private get paid(): number {
		return Number(this.service.receiver.amount / this.service.price);
	}

	/** Goes on from the voucher in the journal. */
	private restore(): void {
		const kept = this.service.journal.last;
		if (kept === undefined) return;
		try {
			this.service.receiver.accept(decodeSigned(kept), { paid: 0n, relayNow: 0, margin: 0 });
		} catch (error) {
			// One that was claimed already adds nothing.
			const isOld = error instanceof VoucherRefused && error.reason === 'TooLittle';
			if (!isOld) throw error;
		}
	}

	/** Takes a voucher and keeps it, or says why not. */
	private take(signed: SignedVoucher): string | undefined {
		const { receiver, journal, price, tokens } = this.service;
		if (this.closing) return 'Closing';
		if (this.paid >= tokens) return 'Done';
		// What waits for a preimage pays for no token.
		if (signed.voucher.lock !== null) return 'NoLocks';
		try {
			receiver.accept(signed, { paid: price, relayNow: 0, margin: 0 });
		} catch (error) {
			if (error instanceof VoucherRefused) return error.reason;
			throw error;
		}
		journal.write(encodeSigned(signed));
		this.vouchers += 1;
		this.onTaken(this.vouchers);
		return undefined;
	}

	/** One connection at a time: a new one takes the place of one that is lost without a word. */
	private serve(socket: Socket): void {
		this.#connection?.destroy();
		this.#connection = socket;
		const state = { sent: 0, refusals: 0 };
		this.onFound();
		socket.once('close', () => {
			if (this.#connection !== socket) return;
			this.#connection = undefined;
			if (!this.#isFinished) this.onLost();
		});
		receive(socket, (message) => this.handle(socket, state, message), () => undefined);
	}

	private handle(
		socket: Socket,
		state: { sent: number; refusals: number },
		message: Message,
	): void {
		const { receiver, price } = this.service;
		if (message.kind === 'hello') {
			// What was paid for and did not arrive is sent once more.
			state.sent = Math.min(message.received, this.paid);
			const { channel } = receiver.terms;
			send(socket, { kind: 'welcome', channel, promised: receiver.amount, price });
		} else if (message.kind === 'voucher') {
			const reason = this.take(message.signed);
			if (reason !== undefined) {
				this.refusals.set(reason, (this.refusals.get(reason) ?? 0) + 1);
				state.refusals += 1;
				send(socket, { kind: 'refused', reason });
				if (state.refusals >= MOST_REFUSALS) socket.destroySoon();
				return;
			}
		} else {
			socket.destroy();
			return;
		}
		this.deliver(socket, state);
	}

	/** Sends the tokens that are paid for, and the end after the last. */
	private deliver(socket: Socket, state: { sent: number }): void {
		const { tokens } = this.service;
		const paid = Math.min(this.paid, tokens);
		for (; state.sent < paid; state.sent++) {
			send(socket, { kind: 'token', index: state.sent, text: this.token(state.sent) });
		}
		if (state.sent < tokens) return;
		const text = this.#tokens.join('');
		this.#isFinished = true;
		send(socket, { kind: 'end', tokens, hash: blake2AsU8a(text, 256) });
		this.#finish({ tokens, text });
	}

	private token(index: number): string {
		for (;;) {
			const token = this.#tokens[index];
			if (token !== undefined) return token;
			const { value, done } = this.service.work.next();
			if (done) throw new Error(`the work ended before token ${index}`);
			this.#tokens.push(value);
		}
	}
}
