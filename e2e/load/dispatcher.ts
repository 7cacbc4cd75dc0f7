/** Many transactions at once: signed with nonces counted here, in blocks that are made on demand. */
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Vec } from '@polkadot/types';
import type { DispatchError, EventRecord } from '@polkadot/types/interfaces';
import type { SignatureOptions } from '@polkadot/types/types';
import {
	describe,
	toBigInt,
	toNumber,
	view,
	type Call,
	type Chain,
	type ChainEvent,
} from '../src/chain.ts';

/** A transaction to send. */
export interface Request {
	readonly signer: KeyringPair;
	readonly call: Call;
	/** What it is called in the report: of several calls in one, the name of each. */
	readonly name: string;
	/** How many calls it carries. */
	readonly calls: number;
}

/** What became of a transaction. */
export interface Included extends Request {
	/** Its events. */
	readonly events: readonly ChainEvent[];
	/** The block that has it. */
	readonly block: number;
	/** Blocks from sending to that block: 1 is the next. */
	readonly waitedBlocks: number;
	readonly waitedMs: number;
	readonly sentAt: number;
	readonly includedAt: number;
}

/** A block with transactions. */
export interface BlockUse {
	readonly number: number;
	readonly step: string;
	readonly transactions: number;
	readonly calls: number;
	/** What the block used of its limits. */
	readonly used: Weight;
	/** The part of it that its transactions used. */
	readonly byTransactions: Weight;
}

export interface Weight {
	/** Picoseconds. */
	readonly time: bigint;
	/** Bytes of proof. */
	readonly proof: bigint;
}

/** What happened in the chain, as blocks come. */
export type Listener = (event: ChainEvent, block: number) => void;

interface Waiting {
	readonly request: Request;
	readonly sentAt: number;
	readonly height: number;
}

/** Most transactions that wait in the pool at a time. */
const IN_POOL = 2_000;
/** Blocks in a row without any of the transactions that wait. */
const PATIENCE = 20;
/** Most empty blocks that are asked for at a time. */
const EMPTY_AT_ONCE = 50;

export class Dispatcher {
	/** Every transaction so far. */
	readonly transactions: Included[] = [];
	/** Blocks with transactions so far. */
	readonly blocks: BlockUse[] = [];
	/** What the blocks belong to. */
	step = '';
	/** Blocks made so far, empty ones too. */
	made = 0;
	/** Milliseconds that making empty blocks has taken so far. */
	passingMs = 0;
	/** Milliseconds that signing has taken so far: the client's work, not the chain's. */
	signingMs = 0;
	private readonly nonces = new Map<string, number>();
	private readonly waiting = new Map<string, Waiting>();

	private constructor(
		private readonly chain: Chain,
		private height: number,
		private readonly listener: Listener,
	) {}

	static async open(chain: Chain, listener: Listener): Promise<Dispatcher> {
		const height = (await chain.api.rpc.chain.getHeader()).number.toNumber();
		return new Dispatcher(chain, height, listener);
	}

	/** Sends transactions and makes blocks until all of them are in; throws if one fails. */
	async run(requests: readonly Request[]): Promise<Included[]> {
		const done: Included[] = [];
		for (let from = 0; from < requests.length; from += IN_POOL) {
			done.push(...(await this.runSome(requests.slice(from, from + IN_POOL))));
		}
		return done;
	}

	/** Makes so many blocks in which nothing happens. */
	async pass(blocks: number): Promise<void> {
		const began = Date.now();
		for (let left = blocks; left > 0; left -= EMPTY_AT_ONCE) {
			const count = Math.min(left, EMPTY_AT_ONCE);
			await Promise.all(Array.from({ length: count }, () => this.createBlock()));
			this.height += count;
			this.made += count;
		}
		this.passingMs += Date.now() - began;
	}

	private createBlock(): Promise<{ hash: string }> {
		return this.chain.request('engine_createBlock', true, true);
	}

	private async runSome(requests: readonly Request[]): Promise<Included[]> {
		const began = Date.now();
		const signed: [string, Request][] = [];
		for (const request of requests) signed.push([await this.sign(request), request]);
		this.signingMs += Date.now() - began;
		await Promise.all(
			signed.map(([extrinsic, request]) => {
				this.waiting.set(extrinsic, { request, sentAt: Date.now(), height: this.height });
				return this.chain.request('author_submitExtrinsic', extrinsic).catch((error: Error) => {
					throw new Error(`the pool refuses ${request.name}: ${error.message}`);
				});
			}),
		);
		const done: Included[] = [];
		for (let idle = 0; this.waiting.size > 0; ) {
			const included = await this.block();
			done.push(...included);
			idle = included.length === 0 ? idle + 1 : 0;
			if (idle === PATIENCE) {
				throw new Error(`${this.waiting.size} transactions are in no block`);
			}
		}
		return done;
	}

	private async sign({ signer, call }: Request): Promise<string> {
		const { api } = this.chain;
		const { address } = signer;
		const nonce =
			this.nonces.get(address) ?? toNumber(await api.rpc.system.accountNextIndex(address));
		this.nonces.set(address, nonce + 1);
		const options: SignatureOptions = {
			blockHash: api.genesisHash,
			genesisHash: api.genesisHash,
			nonce,
			runtimeVersion: api.runtimeVersion,
			signedExtensions: api.registry.signedExtensions,
		};
		return call.sign(signer, options).toHex();
	}

	/** Makes a block and takes down what is in it. */
	private async block(): Promise<Included[]> {
		const { hash } = await this.createBlock();
		const includedAt = Date.now();
		this.height += 1;
		this.made += 1;
		const [{ block }, records, weight] = await Promise.all([
			this.chain.request<{ block: { extrinsics: string[] } }>('chain_getBlock', hash),
			this.chain.read('system', 'events', [], hash) as unknown as Promise<Vec<EventRecord>>,
			this.chain.read('system', 'blockWeight', [], hash),
		]);
		const eventsOf = new Map<number, ChainEvent[]>();
		for (const record of records) {
			const event = view(record);
			this.listener(event, this.height);
			if (!record.phase.isApplyExtrinsic) continue;
			const index = record.phase.asApplyExtrinsic.toNumber();
			const own = eventsOf.get(index) ?? [];
			own.push(event);
			eventsOf.set(index, own);
		}
		const done: Included[] = [];
		for (const [index, extrinsic] of block.extrinsics.entries()) {
			const waiting = this.waiting.get(extrinsic);
			if (waiting === undefined) continue;
			this.waiting.delete(extrinsic);
			const { request, sentAt, height } = waiting;
			const events = eventsOf.get(index) ?? [];
			this.mustHaveSucceeded(request, events);
			done.push({
				...request,
				events,
				block: this.height,
				waitedBlocks: this.height - height,
				waitedMs: includedAt - sentAt,
				sentAt,
				includedAt,
			});
		}
		this.transactions.push(...done);
		if (done.length > 0) {
			const { normal, operational, mandatory } = weight.toJSON() as unknown as Weights;
			const { step, height: number } = this;
			this.blocks.push({
				number,
				step,
				transactions: done.length,
				calls: done.reduce((sum, one) => sum + one.calls, 0),
				used: total([normal, operational, mandatory]),
				byTransactions: total([normal, operational]),
			});
		}
		return done;
	}

	private mustHaveSucceeded({ name }: Request, events: readonly ChainEvent[]): void {
		for (const { section, method, data } of events) {
			let error: unknown;
			if (section === 'system' && method === 'ExtrinsicFailed') error = data['dispatchError'];
			if (section === 'sudo' && method === 'Sudid') {
				const outcome = data['sudoResult'] as unknown as { isErr: boolean; asErr: unknown };
				if (outcome.isErr) error = outcome.asErr;
			}
			if (error === undefined) continue;
			const { code } = describe(this.chain.api.registry, error as DispatchError);
			throw new Error(`${name} failed in block ${this.height}: ${code}`);
		}
	}
}

type Encoded = { refTime: string | number; proofSize: string | number };
type Weights = Record<'normal' | 'operational' | 'mandatory', Encoded>;

function total(weights: readonly Encoded[]): Weight {
	return {
		time: weights.reduce((sum, { refTime }) => sum + toBigInt(refTime), 0n),
		proof: weights.reduce((sum, { proofSize }) => sum + toBigInt(proofSize), 0n),
	};
}
