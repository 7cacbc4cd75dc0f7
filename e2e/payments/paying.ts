/** The requester's end: signs a voucher for each token, and stops at the first that is wrong. */
import { connect, type Socket } from 'node:net';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { u8aEq } from '@polkadot/util';
import { Issuer, signVoucher, type Terms, type VoucherKey } from '../src/vouchers.ts';
import type { Journal } from './journal.ts';
import { receive, send, type Message } from './wire.ts';

/** What is bought, and how. */
export interface Purchase {
	readonly terms: Terms;
	readonly key: VoucherKey;
	/** Where the promised sum is kept. */
	readonly journal: Journal;
	/** The most to pay for a token. */
	readonly price: bigint;
	/** How many tokens to buy. */
	readonly tokens: number;
	/** How many tokens may be paid and not there: what a cheating provider can take. */
	readonly window: number;
	/** What the tokens must be, computed here too. */
	readonly expected: Iterator<string, void>;
}

/** What a run came to. */
export interface Bought {
	readonly tokens: number;
	readonly vouchers: number;
	/** From the first signature to the last token. */
	readonly seconds: number;
	/** From the moment before a signature to its token, in ms, sorted. */
	readonly latencies: Float64Array;
	readonly bytesSent: number;
	readonly bytesReceived: number;
	readonly hash: Uint8Array;
}

/** Where an issuer goes on from. */
export function issuerFrom(terms: Terms, journal: Journal): Issuer {
	if (journal.last === undefined) return new Issuer(terms);
	const { amount, nonce } = JSON.parse(journal.last.toString()) as Record<string, string>;
	return new Issuer(terms, { amount: BigInt(amount ?? 0), nonce: BigInt(nonce ?? 0), lock: null });
}

/** Keeps what an issuer has promised, before the voucher leaves. */
function keep(journal: Journal, { state }: Issuer): void {
	journal.write(Buffer.from(`{"amount":"${state.amount}","nonce":"${state.nonce}"}`));
}

/** Buys the tokens from whoever listens at `port` of this machine. */
export function buy(purchase: Purchase, port: number): Promise<Bought> {
	const { terms, key, journal, price, tokens, window, expected } = purchase;
	const issuer = issuerFrom(terms, journal);
	const texts: string[] = [];
	const sentAt = new Float64Array(tokens);
	const latencies: number[] = [];
	let vouchers = 0;
	let signedFor = 0;
	let began = 0;

	const socket: Socket = connect(port, '127.0.0.1');
	/** Signs for the next token. */
	const pay = (more: bigint) => {
		sentAt[signedFor] = performance.now();
		signedFor += 1;
		const voucher = issuer.pay(more);
		keep(journal, issuer);
		send(socket, { kind: 'voucher', signed: signVoucher(terms.genesis, key, voucher) });
		vouchers += 1;
	};
	const payOn = () => {
		while (signedFor < tokens && signedFor - texts.length < window) pay(price);
	};

	return new Promise((resolve, reject) => {
		const fail = (error: Error) => {
			socket.destroy();
			reject(error);
		};
		const handle = (message: Message) => {
			if (message.kind === 'welcome') {
				const { channel, promised, price: asked } = message;
				if (channel !== terms.channel) throw new Error(`this is channel ${channel}`);
				if (asked > price) throw new Error(`a token costs ${asked}`);
				if (promised > issuer.state.amount) throw new Error('more is promised than was signed for');
				began = performance.now();
				signedFor = Number(issuer.state.amount / price);
				// The last voucher was lost on the way, or the one before it.
				if (promised < issuer.state.amount) {
					signedFor -= 1;
					pay(0n);
				}
				payOn();
			} else if (message.kind === 'token') {
				if (message.index !== texts.length) throw new Error(`token ${message.index} is out of order`);
				const { value } = expected.next();
				if (message.text !== value) throw new Error(`token ${message.index} is wrong`);
				const paidAt = sentAt[message.index] ?? 0;
				if (paidAt > 0) latencies.push(performance.now() - paidAt);
				texts.push(message.text);
				payOn();
			} else if (message.kind === 'end') {
				const seconds = (performance.now() - began) / 1_000;
				const hash = blake2AsU8a(texts.join(''), 256);
				if (message.tokens !== texts.length || !u8aEq(hash, message.hash)) {
					throw new Error('the result is not what was received');
				}
				const { bytesWritten: bytesSent, bytesRead: bytesReceived } = socket;
				socket.end();
				resolve({
					tokens: texts.length,
					vouchers,
					seconds,
					latencies: Float64Array.from(latencies).sort(),
					bytesSent,
					bytesReceived,
					hash,
				});
			} else if (message.kind === 'refused') {
				throw new Error(`the provider refuses: ${message.reason}`);
			} else {
				throw new Error(`a provider does not send ${message.kind}`);
			}
		};
		socket.once('close', () => reject(new Error('the provider is gone')));
		receive(socket, handle, fail);
		socket.once('connect', () => send(socket, { kind: 'hello', received: 0 }));
	});
}
