/** A connection to a node: signed calls with their outcome, blocks on demand, typed reads. */
import { createConnection } from 'node:net';
import { ApiPromise, WsProvider } from '@polkadot/api';
import type { ApiDecoration, SubmittableExtrinsic } from '@polkadot/api/types';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { DispatchError, EventRecord, Hash } from '@polkadot/types/interfaces';
import type { AnyJson, Codec, ISubmittableResult, Registry } from '@polkadot/types/types';

/** A call that is ready to be signed. */
export type Call = SubmittableExtrinsic<'promise', ISubmittableResult>;

/** The state at one block. */
export type StateAt = ApiDecoration<'promise'>;

/** An event of the chain. */
export interface ChainEvent {
	readonly section: string;
	readonly method: string;
	/** The fields by name; amounts are strings or numbers as the metadata gives them. */
	readonly data: Readonly<Record<string, Codec>>;
}

/** Where a call went and what it did. */
export interface Receipt {
	readonly blockHash: Hash;
	readonly blockNumber: number;
	/** Events of this call alone. */
	readonly events: readonly ChainEvent[];
	/** What the signer paid for the transaction. */
	readonly fee: bigint;
}

/** Why the chain refused a call. */
export class Refusal extends Error {
	constructor(
		/** `pallet.ErrorName`, or the name of an error that belongs to no pallet, such as `BadOrigin`. */
		readonly code: string,
		docs: string,
		/** The block that holds the refused call. */
		readonly receipt: Receipt | undefined,
	) {
		super(docs === '' ? code : `${code}: ${docs}`);
		this.name = 'Refusal';
	}
}

/** How to send a call. */
export interface SendOptions {
	/** What to wait for. */
	readonly until?: 'inBlock' | 'finalized';
	/** Give up after this many milliseconds. */
	readonly timeout?: number;
}

/** How long a node that can be told to make a block gets to make one by itself. */
const SEAL_BY_ITSELF_MS = 1_500;
const SEND_TIMEOUT_MS = 120_000;

/** What the pool says of a transaction whose number was used already. */
const OUTDATED = 'Transaction is outdated';
const OUTDATED_PAUSE_MS = 3_000;
const MOST_ATTEMPTS = 10;

/** Ticks that the chain's clock may be behind the machine's when somebody begins to wait. */
const LARGEST_JUMP = 20;

// In the chain's transaction format, and empty: clients have nothing to add for them.
const EMPTY_EXTENSION = { extrinsic: {}, payload: {} };
const SIGNED_EXTENSIONS = {
	AuthorizeCall: EMPTY_EXTENSION,
	StorageWeightReclaim: EMPTY_EXTENSION,
};

/** The integer in a codec or in its JSON form. */
export function toBigInt(value: Codec | AnyJson | undefined): bigint {
	if (value === null || value === undefined) throw new Error('no number where one was expected');
	return BigInt(value.toString());
}

/** The same for integers that are small. */
export function toNumber(value: Codec | AnyJson | undefined): number {
	const number = Number(toBigInt(value));
	if (!Number.isSafeInteger(number)) throw new Error(`${number} is too large`);
	return number;
}

/** Bytes in JSON form as text. */
export function toText(value: AnyJson | undefined): string {
	if (typeof value !== 'string') throw new Error('no bytes where some were expected');
	return value.startsWith('0x') ? Buffer.from(value.slice(2), 'hex').toString('utf8') : value;
}

/** Name and meaning of an error of the chain. */
export function describe(registry: Registry, error: DispatchError): { code: string; docs: string } {
	if (error.isModule) {
		const { section, name, docs } = registry.findMetaError(error.asModule);
		return { code: `${section}.${name}`, docs: docs.join(' ').trim() };
	}
	const inner = (error as unknown as { value: Codec }).value.toString();
	return { code: error.type, docs: inner === '' || inner === 'Null' ? '' : inner };
}

/** An event with its fields by name. */
export function view({ event }: EventRecord): ChainEvent {
	const names = event.data.names;
	const data: Record<string, Codec> = {};
	event.data.forEach((value, index) => {
		data[names?.[index] ?? index.toString()] = value;
	});
	return { section: event.section, method: event.method, data };
}

/** Resolves after `milliseconds`, or at once when `signal` is raised. */
function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
	return new Promise((resolve) => {
		const timer = setTimeout(resolve, milliseconds);
		signal?.addEventListener('abort', () => {
			clearTimeout(timer);
			resolve();
		});
	});
}

/** Rejects if `promise` is not done after `milliseconds`. */
export async function within<T>(milliseconds: number, what: string, promise: Promise<T>): Promise<T> {
	const done = new AbortController();
	try {
		return await Promise.race([
			promise,
			pause(milliseconds, done.signal).then(() => {
				throw new Error(`${what} took longer than ${milliseconds / 1_000} s`);
			}),
		]);
	} finally {
		done.abort();
	}
}

/** Waits until somebody listens at `url`. */
async function listening(url: string, timeout: number): Promise<void> {
	const { hostname, port, protocol } = new URL(url);
	const target = { host: hostname, port: Number(port || (protocol === 'wss:' ? 443 : 80)) };
	const until = Date.now() + timeout;
	for (;;) {
		const answered = await new Promise<boolean>((resolve) => {
			const socket = createConnection(target);
			const end = (open: boolean) => {
				socket.destroy();
				resolve(open);
			};
			socket.once('connect', () => end(true));
			socket.once('error', () => end(false));
			socket.setTimeout(1_000, () => end(false));
		});
		if (answered) return;
		if (Date.now() >= until) throw new Error(`no node answers at ${url}`);
		await pause(200);
	}
}

export class Chain {
	private constructor(
		readonly api: ApiPromise,
		private readonly provider: WsProvider,
		readonly url: string,
		/** Whether the node makes blocks when told to. */
		private readonly sealsOnDemand: boolean,
		private readonly sealAfter: number,
		private readonly helper: KeyringPair | undefined,
	) {}

	/**
	 * Connects. `helper` signs the empty transactions that bring the next block where the node does
	 * not make blocks on demand. `sealAfter` is the time that a node which does gets to make a block
	 * by itself: 0 if it is known to make none.
	 */
	static async connect(
		url: string,
		options: { helper?: KeyringPair; sealAfter?: number; timeout?: number } = {},
	): Promise<Chain> {
		const timeout = options.timeout ?? 30_000;
		await listening(url, timeout);
		const provider = new WsProvider(url, 500);
		try {
			const api = await within(
				timeout,
				`connecting to ${url}`,
				ApiPromise.create({
					provider,
					noInitWarn: true,
					throwOnConnect: false,
					signedExtensions: SIGNED_EXTENSIONS,
				}),
			);
			const methods = (await api.rpc.rpc.methods()).methods.map((method) => method.toString());
			return new Chain(
				api,
				provider,
				url,
				methods.includes('engine_createBlock'),
				options.sealAfter ?? SEAL_BY_ITSELF_MS,
				options.helper,
			);
		} catch (error) {
			await provider.disconnect();
			throw error;
		}
	}

	async close(): Promise<void> {
		await this.api.disconnect();
	}

	/** Asks the node, with the answer as it comes. */
	request<T>(method: string, ...params: readonly unknown[]): Promise<T> {
		return this.provider.send<T>(method, [...params]);
	}

	/** The call of that name, or an error that says that this runtime has none. */
	call(section: string, method: string, ...args: readonly unknown[]): Call {
		const create = this.api.tx[section]?.[method];
		if (create === undefined) throw new Error(`the chain has no call ${section}.${method}`);
		return create(...args);
	}

	/** Several calls in one transaction: all of them go through, or none. */
	all(calls: readonly Call[]): Call {
		return this.call('utility', 'batchAll', calls);
	}

	/** Makes a block, or lets one be made. */
	async block(): Promise<void> {
		if (this.sealsOnDemand) {
			await this.seal();
		} else {
			if (this.helper === undefined) throw new Error('nobody to sign the next transaction');
			await this.send(this.call('system', 'remark', '0x'), this.helper);
		}
	}

	/** Makes blocks until `reached` says so; at most `limit`. */
	async blocksUntil(reached: () => Promise<boolean>, limit = 200): Promise<void> {
		for (let made = 0; !(await reached()); made++) {
			if (made === limit) throw new Error(`not reached after ${limit} blocks`);
			await this.block();
		}
	}

	/** Makes blocks until the clock of the deadlines shows at least `tick`; at most `limit`. */
	async clockReaches(tick: number, limit = 200): Promise<void> {
		// A block on demand is a tick, or a few if the machine's clock has overtaken the chain's.
		const far = tick - (await this.now()) - LARGEST_JUMP;
		if (this.sealsOnDemand && far > 0) {
			if (far > limit) throw new Error(`tick ${tick} is more than ${limit} blocks away`);
			for (let made = 0; made < far; made++) await this.seal();
		}
		await this.blocksUntil(async () => (await this.now()) >= tick, limit);
	}

	/** The clock that deadlines use, in ticks of six seconds. */
	async now(): Promise<number> {
		return toNumber(await this.read('clock', 'now'));
	}

	/** A value of the state, now or at a block. */
	async read(section: string, item: string, keys: readonly unknown[] = [], at?: Hash | string): Promise<Codec> {
		const state: Pick<StateAt, 'query'> = at === undefined ? this.api : await this.api.at(at);
		const entry = state.query[section]?.[item];
		if (entry === undefined) throw new Error(`the chain has no storage ${section}.${item}`);
		return entry(...keys);
	}

	/** Every entry of a map, now or at a block, with its keys. */
	async entries(
		section: string,
		item: string,
		at?: Hash | string,
	): Promise<(readonly [keys: readonly Codec[], value: Codec])[]> {
		const state: Pick<StateAt, 'query'> = at === undefined ? this.api : await this.api.at(at);
		const entry = state.query[section]?.[item];
		if (entry === undefined) throw new Error(`the chain has no storage ${section}.${item}`);
		return (await entry.entries()).map(([key, value]) => [key.args, value] as const);
	}

	/** Signs and sends a call and waits for its block. Rejects with a {@link Refusal} if it fails. */
	async send(call: Call, signer: KeyringPair, options: SendOptions = {}): Promise<Receipt> {
		for (let attempt = 1; ; attempt++) {
			try {
				return await this.sendOnce(call, signer, options);
			} catch (error) {
				// The number of the transaction is the one after the last in the node's best block. Under
				// a relay chain the pool may know a later block by then, and refuses a number used there.
				const outdated = error instanceof Refusal && error.message.includes(OUTDATED);
				if (!outdated || attempt === MOST_ATTEMPTS) throw error;
				await pause(OUTDATED_PAUSE_MS);
			}
		}
	}

	private async sendOnce(call: Call, signer: KeyringPair, options: SendOptions): Promise<Receipt> {
		const until = options.until ?? 'inBlock';
		const name = `${call.method.section}.${call.method.method}`;
		const done = new AbortController();
		let unsubscribe: (() => void) | undefined;
		try {
			const included = new Promise<ISubmittableResult>((resolve, reject) => {
				call
					.signAndSend(signer, { nonce: -1 }, (result: ISubmittableResult) => {
						const { status } = result;
						if (result.isFinalized || (until === 'inBlock' && result.isInBlock)) resolve(result);
						else if (result.isError) reject(new Error(`${name} left the pool: ${status.type}`));
					})
					.then(
						(stop) => {
							unsubscribe = stop;
							if (done.signal.aborted) stop();
							if (this.sealsOnDemand) this.sealFor(done.signal).catch(reject);
						},
						(error: Error) => reject(new Refusal(error.message, '', undefined)),
					);
			});
			const result = await within(options.timeout ?? SEND_TIMEOUT_MS, name, included);
			return await this.receipt(result);
		} finally {
			done.abort();
			unsubscribe?.();
		}
	}

	/** Sends a call that must be refused, and says why it was. */
	async refused(call: Call, signer: KeyringPair): Promise<Refusal> {
		let receipt: Receipt;
		try {
			receipt = await this.send(call, signer);
		} catch (error) {
			if (error instanceof Refusal) return error;
			throw error;
		}
		const name = `${call.method.section}.${call.method.method}`;
		throw new Error(`${name} went through in block ${receipt.blockNumber}, but must be refused`);
	}

	/** Makes the blocks that a call waits for, where the node does not do it by itself. */
	private async sealFor(done: AbortSignal): Promise<void> {
		await pause(this.sealAfter, done);
		while (!done.aborted) {
			await this.seal();
			await pause(SEAL_BY_ITSELF_MS, done);
		}
	}

	private async seal(): Promise<void> {
		await this.api.rpc.engine.createBlock(true, true);
	}

	private async receipt(result: ISubmittableResult): Promise<Receipt> {
		const blockHash = result.status.isFinalized ? result.status.asFinalized : result.status.asInBlock;
		const header = await this.api.rpc.chain.getHeader(blockHash);
		const events = result.events.map(view);
		const paid = events.find((event) => event.method === 'TransactionFeePaid');
		const receipt: Receipt = {
			blockHash,
			blockNumber: header.number.toNumber(),
			events,
			fee: paid === undefined ? 0n : toBigInt(paid.data['actualFee']),
		};
		const refuse = (error: DispatchError) => {
			const { code, docs } = describe(this.api.registry, error);
			return new Refusal(code, docs, receipt);
		};
		if (result.dispatchError !== undefined) throw refuse(result.dispatchError);
		for (const { event } of result.events) {
			// A call in the name of sudo fails inside a transaction that succeeds.
			if (this.api.events.sudo?.['Sudid']?.is(event)) {
				const outcome = event.data[0] as unknown as { isErr: boolean; asErr: DispatchError };
				if (outcome.isErr) throw refuse(outcome.asErr);
			}
		}
		return receipt;
	}
}

/** The one event of that name in a receipt. */
export function eventOf(receipt: Receipt, section: string, method: string): ChainEvent {
	const found = receipt.events.filter((e) => e.section === section && e.method === method);
	const [event] = found;
	if (event === undefined || found.length > 1) {
		const all = receipt.events.map((e) => `${e.section}.${e.method}`).join(', ');
		throw new Error(`${found.length} events ${section}.${method} among: ${all}`);
	}
	return event;
}
