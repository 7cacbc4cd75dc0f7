/** What the suites share: a node of their own, accounts, snapshots of the state. */
import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Hash } from '@polkadot/types/interfaces';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { xxhashAsU8a } from '@polkadot/util-crypto';
import { Chain, eventOf, toNumber, type Call, type Receipt } from '../src/chain.ts';
import * as market from '../src/market.ts';
import { devNode, temporaryFolder, type Node, type Sealing } from '../src/node.ts';
import { EDSC } from '../src/units.ts';

const SUITE_TIMEOUT_MS = 240_000;

const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });

/** A well-known account of the test networks. */
export const wellKnown = (
	name: 'Alice' | 'Bob' | 'Charlie' | 'Dave' | 'Eve' | 'Ferdie',
): KeyringPair => keyring.addFromUri(`//${name}`);

/** An account that starts empty. */
export const account = (path: string): KeyringPair => keyring.addFromUri(`//Alice//test//${path}`);

/** Names and numbers of a GPU that passes every check. */
export const gpu = (did: string): market.Gpu => ({
	did,
	model: 'NVIDIA L40S',
	vramGb: 48,
	cudaCores: 18_176,
	location: 'EU-NORTH-1',
	stake: 1_000n * EDSC,
});

/** A job that passes every check. */
export const order = (changes: Partial<market.JobOrder> = {}): market.JobOrder => ({
	modelDid: market.GENESIS_MODEL,
	prompt: new TextEncoder().encode('Summarise in 1 sentence: Blocks hold jobs. It rains.'),
	maxTokens: 500,
	maxPayment: 10n * EDSC,
	minVramGb: 24,
	confidential: false,
	...changes,
});

/** A node of a development chain and a connection to it. */
export class Scene {
	readonly alice = wellKnown('Alice');
	readonly folder = temporaryFolder('dev');
	private opened: { node: Node; chain: Chain } | undefined;

	constructor(private readonly sealing: Sealing) {}

	get node(): Node {
		assert.ok(this.opened, 'the node does not run');
		return this.opened.node;
	}

	get chain(): Chain {
		assert.ok(this.opened, 'the node does not run');
		return this.opened.chain;
	}

	async open(): Promise<void> {
		const node = await devNode(this.sealing, this.folder);
		await node.start();
		const sealAfter = this.sealing === 'manual' ? { sealAfter: 0 } : {};
		try {
			const chain = await Chain.connect(node.url, { helper: this.alice, ...sealAfter });
			this.opened = { node, chain };
		} catch (error) {
			await node.stop('SIGKILL');
			throw error;
		}
	}

	async close(signal: 'SIGTERM' | 'SIGKILL' = 'SIGTERM'): Promise<void> {
		const opened = this.opened;
		this.opened = undefined;
		await opened?.chain.close();
		await opened?.node.stop(signal);
	}

	/** A test that shows the node's log when it fails. */
	it(title: string, test: () => Promise<void>): void {
		it(title, async () => {
			try {
				await test();
			} catch (error) {
				console.error(this.opened?.node.tail() ?? 'the node does not run');
				throw error;
			}
		});
	}

	/** Gives accounts money. */
	async fund(amount: bigint, ...accounts: KeyringPair[]): Promise<void> {
		for (const { address } of accounts) {
			const call = this.chain.call('balances', 'transferKeepAlive', address, amount);
			await this.chain.send(call, this.alice);
		}
	}

	/** Sends a call with the powers of governance. */
	async govern(call: Call): Promise<void> {
		await this.chain.send(this.chain.call('sudo', 'sudo', call), this.alice);
	}

	/** Anchors a DID for a GPU and registers the GPU. */
	async register(owner: KeyringPair, did: string, changes: Partial<market.Gpu> = {}): Promise<void> {
		await this.chain.send(market.registerDid(this.chain, did, owner.address, did), owner);
		await this.chain.send(market.registerNode(this.chain, { ...gpu(did), ...changes }), owner);
	}

	/** Registers an AI and a public model under it. */
	async model(owner: KeyringPair, did: string, changes: Partial<market.Model> = {}): Promise<void> {
		await this.chain.send(market.registerAi(this.chain, did), owner);
		const model = { did, minVramGb: 24, royaltyBps: 0, ...changes };
		await this.chain.send(market.registerModel(this.chain, model), owner);
	}

	/** Changes some parameters of a pallet. */
	async parameters(
		section: Parameters<typeof market.changedParameters>[1],
		changes: Readonly<Record<string, unknown>>,
	): Promise<void> {
		await this.govern(await market.changedParameters(this.chain, section, changes));
	}

	/** Submits a job and gives its number. */
	async submit(requester: KeyringPair, changes: Partial<market.JobOrder> = {}): Promise<number> {
		const receipt = await this.chain.send(
			market.submitJob(this.chain, order(changes)),
			requester,
		);
		return toNumber(eventOf(receipt, 'jobMarketplace', 'JobSubmitted').data['jobId']);
	}

	/** Submits a job and walks it to the state in which `provider` has it. */
	async assign(
		requester: KeyringPair,
		provider: KeyringPair,
		gpuDid: string,
		changes: Partial<market.JobOrder> = {},
		price = EDSC / 100n,
		latencyMs = 30_000,
	): Promise<number> {
		const jobId = await this.submit(requester, changes);
		await this.chain.send(market.placeBid(this.chain, jobId, gpuDid, price, latencyMs), provider);
		await this.chain.send(market.assignJob(this.chain, jobId, gpuDid), requester);
		return jobId;
	}

	/** The same to the state in which `provider` works on it. */
	async process(...job: Parameters<Scene['assign']>): Promise<number> {
		const [, provider] = job;
		const jobId = await this.assign(...job);
		await this.chain.send(market.onJob(this.chain, 'startJob', jobId), provider);
		return jobId;
	}
}

/** What accounts own, free and on hold, against what they should. */
export class Books {
	private readonly fees = new Map<string, bigint>();
	private readonly opening = new Map<string, bigint>();

	private constructor(private readonly scene: Scene) {}

	static async open(scene: Scene, ...accounts: readonly (KeyringPair | string)[]): Promise<Books> {
		const books = new Books(scene);
		for (const one of [...accounts, market.TREASURY, market.HELD_SLASHES]) {
			const address = typeof one === 'string' ? one : one.address;
			books.opening.set(address, await books.total(address));
		}
		return books;
	}

	private async total(address: string): Promise<bigint> {
		const { free, held } = await market.readMoney(this.scene.chain, address);
		return free + held;
	}

	/** Sends a call and notes its fee. */
	async send(call: Call, signer: KeyringPair): Promise<Receipt> {
		const receipt = await this.scene.chain.send(call, signer);
		this.note(signer, receipt.fee);
		return receipt;
	}

	/** Sends a call that must be refused with that error, and notes what it cost. */
	async refuse(call: Call, signer: KeyringPair, code: string, fault?: string): Promise<void> {
		const refusal = await this.scene.chain.refused(call, signer);
		assert.equal(refusal.message.split(':')[0], fault === undefined ? code : `${code}.${fault}`);
		assert.ok(refusal.receipt, `${code}: refused by the pool, not by the call`);
		this.note(signer, refusal.receipt.fee);
	}

	/** Notes a fee that somebody has paid. */
	note({ address }: KeyringPair, fee: bigint): void {
		this.fees.set(address, (this.fees.get(address) ?? 0n) + fee);
	}

	/** Every account has gained so much, its own fees aside; those that are not named nothing. */
	async gained(...gains: readonly (readonly [who: KeyringPair | string, amount: bigint])[]) {
		const expected = new Map<string, bigint>();
		for (const [who, amount] of gains) {
			const address = typeof who === 'string' ? who : who.address;
			assert.ok(this.opening.has(address), `${address} is in the books`);
			expected.set(address, (expected.get(address) ?? 0n) + amount);
		}
		for (const [address, opening] of this.opening) {
			const found = (await this.total(address)) - opening + (this.fees.get(address) ?? 0n);
			assert.equal(found, expected.get(address) ?? 0n, address);
		}
	}
}

/** A suite against a development node that is started for it and ends with it. */
export function describeDev(
	title: string,
	sealing: Sealing,
	define: (scene: Scene) => void,
	timeout = SUITE_TIMEOUT_MS,
): void {
	describe(title, { timeout }, () => {
		const scene = new Scene(sealing);
		before(() => scene.open());
		after(() => scene.close());
		define(scene);
	});
}

/** Every entry that these prefixes have at a block: key to value. */
export async function snapshot(
	chain: Chain,
	prefixes: readonly string[],
	at: Hash | string,
): Promise<Map<string, string>> {
	const entries = new Map<string, string>();
	const block = at.toString();
	for (const prefix of prefixes) {
		let last = prefix;
		for (;;) {
			const page: [string, number, string, string] = [prefix, 500, last, block];
			const keys = await chain.request<string[]>('state_getKeysPaged', ...page);
			if (keys.length === 0) break;
			last = keys[keys.length - 1] ?? last;
			const found = await chain.request<{ changes: [string, string | null][] }[]>(
				'state_queryStorageAt',
				keys,
				block,
			);
			for (const { changes } of found) {
				for (const [key, value] of changes) entries.set(key, value ?? 'none');
			}
		}
	}
	return entries;
}

/** The storage prefix of a pallet, or of one of its items. */
export const prefixOf = (pallet: string, ...item: readonly string[]): string =>
	u8aToHex(u8aConcat(...[pallet, ...item].map((name) => xxhashAsU8a(name, 128))));

/**
 * The call fails with that error, costs its signer the fee, and changes nothing below the prefixes.
 * Says what it cost.
 */
export async function refusedUnchanged(
	chain: Chain,
	prefixes: readonly string[],
	what: string,
	call: Call,
	signer: KeyringPair,
	code: string,
): Promise<bigint> {
	const refusal = await chain.refused(call, signer);
	assert.equal(refusal.code, code, what);
	const { receipt } = refusal;
	assert.ok(receipt, `${what}: refused by the pool, not by the call`);
	const header = await chain.api.rpc.chain.getHeader(receipt.blockHash);
	const parent = header.parentHash.toHex();
	const [before, after, moneyBefore, moneyAfter] = await Promise.all([
		snapshot(chain, prefixes, parent),
		snapshot(chain, prefixes, receipt.blockHash),
		market.readMoney(chain, signer.address, parent),
		market.readMoney(chain, signer.address, receipt.blockHash),
	]);
	assert.ok(before.size > 0);
	assert.deepEqual(after, before, `${what}: the state changed`);
	assert.equal(moneyAfter.held, moneyBefore.held, what);
	assert.equal(moneyAfter.free, moneyBefore.free - receipt.fee, what);
	assert.ok(receipt.fee > 0n, `${what}: a refused call must pay`);
	return receipt.fee;
}
