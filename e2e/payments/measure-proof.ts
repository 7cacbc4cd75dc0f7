/**
 * The state proof that claims really need, measured block by block on a dev node.
 *
 * A node of this chain records every trie node that a block reads. After each transaction the
 * runtime replaces the benchmarked proof size by the recorded one (`StorageWeightReclaim`), so that
 * the weight of ordinary transactions in `system.blockWeight` is the recorded proof of all of them
 * plus their length. What is printed is that, without the length.
 *
 * The second figure is independent of it: the trie nodes that the node returns for a read proof of just
 * the channels (and keys) that the block's claims name, at the parent block. Claims change entries
 * and add none, so that no further nodes are needed for the new root.
 *
 * A proof has equal nodes once. So no two channels here have the same deposit, key or claimed sum:
 * each has nodes of its own, as channels of different people have.
 */
import { parseArgs } from 'node:util';
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Codec } from '@polkadot/types/types';
import { bnToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a, cryptoWaitReady } from '@polkadot/util-crypto';
import { Chain, eventOf, toBigInt, toNumber, view, type Call } from '../src/chain.ts';
import * as market from '../src/market.ts';
import { devNode, temporaryFolder } from '../src/node.ts';
import * as payments from '../src/payments.ts';
import { Table } from '../src/table.ts';
import { EDSC, formatUnits } from '../src/units.ts';
import { signVoucher, type Claim, type VoucherKey } from '../src/vouchers.ts';
import { serverKey } from './keys.ts';

const USAGE = `Fills blocks with claim_many on a dev node of its own and measures the state proof for each item.

Usage: npm run measure:claims -- [--channels 16384] [--items 4096] [--sizes 16,64,256] [--tied 64]

  --channels  how many channels there are, of each kind
  --items     how many of them, spread over all, have a claim that waits for the block
  --sizes     items of one claim_many; the block takes as many batches as fit
  --tied      how many channels are for a job each; at most 64
  --help      this text`;

const DEPOSIT = EDSC / 100n;
/** What each voucher adds. */
const STEP = 1_000_000n;
const OPEN_AT_ONCE = 128;
const MOST_TIED = 64;

/** Channels of one kind, all to one payee. */
interface Fleet {
	readonly what: string;
	readonly ids: readonly bigint[];
	/** The places of all of them, in an order that jumps over the whole. */
	readonly order: readonly number[];
	/** Who signs for the channel of that place. */
	readonly signer: (index: number) => VoucherKey;
	readonly payee: KeyringPair;
	/** Storage prefixes of the entries that each claim reads by the channel's number. */
	readonly entries: readonly string[];
	/** What all vouchers so far promise. */
	promised: bigint;
}

/** What one block needed. */
interface Measured {
	readonly batches: number;
	readonly items: number;
	readonly isFull: boolean;
	/** Recorded for all its transactions. */
	readonly proof: bigint;
	/** What the benchmarks estimate for each of them. */
	readonly declared: bigint;
	/** Trie nodes of the entries of the channels alone. */
	readonly entries: number;
	/** Bytes of its transactions. */
	readonly length: number;
	/** Percent of what ordinary transactions may use: time, and proof with the length. */
	readonly time: number;
	readonly space: number;
}

const TABLE = new Table([
	{ title: 'channels', width: 20 },
	{ title: 'items', width: 5, align: 'right' },
	{ title: 'batches', width: 7, align: 'right' },
	{ title: 'block', width: 8 },
	{ title: 'recorded', width: 9, align: 'right' },
	{ title: 'per item', width: 8, align: 'right' },
	{ title: 'its entries', width: 11, align: 'right' },
	{ title: 'estimate', width: 8, align: 'right' },
	{ title: 'bytes of tx', width: 11, align: 'right' },
	{ title: 'time', width: 6, align: 'right' },
	{ title: 'proof', width: 6, align: 'right' },
]);

type Weight = { refTime: string | number; proofSize: string | number };

class Measurement {
	constructor(
		private readonly chain: Chain,
		private readonly sender: KeyringPair,
		/** How many claims wait for a block. */
		private readonly items: number,
	) {}

	private async limits(): Promise<{ time: bigint; proof: bigint }> {
		const weights = this.chain.api.consts['system']?.['blockWeights']?.toJSON() as {
			perClass: { normal: { maxTotal: Weight } };
		};
		const { refTime, proofSize } = weights.perClass.normal.maxTotal;
		return { time: BigInt(refTime), proof: BigInt(proofSize) };
	}

	/** The claims of the next vouchers. */
	private claims(fleet: Fleet): Claim[] {
		const genesis = this.chain.api.genesisHash.toU8a();
		fleet.promised += STEP;
		const { promised: amount, payee } = fleet;
		return fleet.order.slice(0, this.items).map((index) => ({
			signed: signVoucher(genesis, fleet.signer(index), {
				channel: fleet.ids[index] ?? -1n,
				payee: payee.address,
				amount: amount + BigInt(index),
				nonce: amount / STEP,
				lock: null,
			}),
			preimage: null,
		}));
	}

	/** Puts batches of `size` into the pool, up to `most`, makes one block, and sees what is in it. */
	async fill(fleet: Fleet, size: number, most = Infinity): Promise<Measured> {
		const { api } = this.chain;
		const claims = this.claims(fleet);
		const calls: Call[] = [];
		for (let from = 0; from + size <= claims.length && calls.length < most; from += size) {
			const batch = claims.slice(from, from + size);
			calls.push(payments.claimMany(this.chain, fleet.payee.address, batch));
		}
		const first = (await api.rpc.system.accountNextIndex(this.sender.address)).toNumber();
		const sent: string[] = [];
		for (const [at, call] of calls.entries()) {
			await call.signAsync(this.sender, { nonce: first + at });
			sent.push((await api.rpc.author.submitExtrinsic(call)).toHex());
		}
		const parent = await api.rpc.chain.getBlockHash();
		await this.chain.block();
		const hash = await api.rpc.chain.getBlockHash();
		const found = await this.look(fleet, size, sent, parent.toHex(), hash.toHex());
		// The rest of them, so that the next block begins with an empty pool.
		await this.chain.blocksUntil(
			async () => (await api.rpc.author.pendingExtrinsics()).length === 0,
			2_000,
		);
		return found;
	}

	/** What the benchmarks say of the proof of a transaction. */
	private async declared(extrinsic: Codec): Promise<bigint> {
		const bytes = extrinsic.toU8a();
		const length = bnToU8a(bytes.length, { bitLength: 32 });
		const answer = await this.chain.request<string>(
			'state_call',
			'TransactionPaymentApi_query_info',
			u8aToHex(u8aConcat(bytes, length)),
		);
		// The weight is what the answer begins with.
		const weight = this.chain.api.registry.createType('WeightV2', answer).toJSON() as unknown as Weight;
		return BigInt(weight.proofSize);
	}

	private async look(
		fleet: Fleet,
		size: number,
		sent: readonly string[],
		parent: string,
		hash: string,
	): Promise<Measured> {
		const { chain } = this;
		const { block } = await chain.api.rpc.chain.getBlock(hash);
		const state = await chain.api.at(hash);
		const weight = (await chain.read('system', 'blockWeight', [], hash)).toJSON() as Record<string, Weight>;
		const records = (await state.query['system']?.['events']?.()) as unknown as Iterable<
			Parameters<typeof view>[0]
		>;
		const events = [...records];
		const ours = new Set(sent);
		let [batches, items, length, declared] = [0, 0, 0, 0n];
		const claimed: bigint[] = [];
		for (const [index, extrinsic] of block.extrinsics.entries()) {
			if (!ours.has(extrinsic.hash.toHex())) continue;
			if (batches === 0) declared = await this.declared(extrinsic);
			batches += 1;
			length += extrinsic.encodedLength;
			for (const record of events) {
				if (!record.phase.isApplyExtrinsic || !record.phase.asApplyExtrinsic.eqn(index)) continue;
				const { section, method, data } = view(record);
				if (section === 'paymentStreams' && method === 'VoucherClaimed') {
					items += 1;
					claimed.push(toBigInt(payments.fieldOf(data, 'channel_id')));
				}
				if (section === 'paymentStreams' && method === 'ClaimSkipped') {
					throw new Error(`a claim was skipped: ${JSON.stringify(record.toHuman())}`);
				}
			}
		}
		if (items !== batches * size) throw new Error(`${items} items of ${batches} batches were paid`);
		const normal = weight['normal'];
		if (normal === undefined || items === 0) throw new Error('no batch is in the block');
		const keys = claimed.flatMap((id) =>
			fleet.entries.map((prefix) => prefix + u8aToHex(bnToU8a(id, { bitLength: 64 })).slice(2)),
		);
		const read = await chain.request<{ proof: string[] }>('state_getReadProof', keys, parent);
		const limits = await this.limits();
		const percent = (part: string | number, whole: bigint) => (100 * Number(part)) / Number(whole);
		return {
			batches,
			items,
			isFull: batches < sent.length,
			proof: BigInt(normal.proofSize) - BigInt(length),
			declared,
			entries: read.proof.reduce((sum, node) => sum + (node.length - 2) / 2, 0),
			length,
			time: percent(normal.refTime, limits.time),
			space: percent(normal.proofSize, limits.proof),
		};
	}
}

/** The numbers below `count`, in an order that jumps over the whole. */
function spread(count: number): number[] {
	const divisor = (a: number, b: number): number => (b === 0 ? a : divisor(b, a % b));
	let step = Math.floor(count * 0.618) + 1;
	while (divisor(step, count) > 1) step += 1;
	return Array.from({ length: count }, (_, index) => (index * step) % count);
}

/** Opens channels in batches and gives their numbers. */
async function openMany(
	chain: Chain,
	payer: KeyringPair,
	opening: (index: number) => Call,
	count: number,
): Promise<bigint[]> {
	const ids: bigint[] = [];
	for (let from = 0; from < count; from += OPEN_AT_ONCE) {
		const size = Math.min(OPEN_AT_ONCE, count - from);
		const calls = Array.from({ length: size }, (_, index) => opening(from + index));
		const { events } = await chain.send(chain.all(calls), payer);
		for (const { section, method, data } of events) {
			if (section === 'paymentStreams' && method === 'ChannelOpened') {
				ids.push(toBigInt(payments.fieldOf(data, 'channel_id')));
			}
		}
	}
	if (ids.length !== count) throw new Error(`${ids.length} of ${count} channels were opened`);
	return ids;
}

/** Jobs of one requester that one node works on. */
async function jobs(chain: Chain, requester: KeyringPair, provider: KeyringPair, count: number) {
	const did = 'did:etrid:gpu:measure';
	await chain.send(market.registerDid(chain, did, provider.address, did), provider);
	await chain.send(
		market.registerNode(chain, {
			did,
			model: 'NVIDIA L40S',
			vramGb: 48,
			cudaCores: 18_176,
			location: 'EU-NORTH-1',
			stake: 1_000n * EDSC,
		}),
		provider,
	);
	const capacity = chain.call('gpuRegistry', 'setCapacity', market.bytes(did), MOST_TIED);
	await chain.send(capacity, provider);
	const ids: number[] = [];
	for (let job = 0; job < count; job++) {
		const submit = market.submitJob(chain, {
			modelDid: market.GENESIS_MODEL,
			prompt: new TextEncoder().encode('A prompt.'),
			maxTokens: 100,
			maxPayment: EDSC / 100n,
			minVramGb: 24,
			confidential: false,
		});
		const receipt = await chain.send(submit, requester);
		const jobId = toNumber(eventOf(receipt, 'jobMarketplace', 'JobSubmitted').data['jobId']);
		await chain.send(market.placeBid(chain, jobId, did, 1_000n, 60_000), provider);
		await chain.send(market.assignJob(chain, jobId, did), requester);
		ids.push(jobId);
	}
	return ids;
}

function whole(text: string, name: string, most = Number.MAX_SAFE_INTEGER): number {
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < 1 || value > most) {
		throw new Error(`--${name} takes whole numbers from 1 to ${most}`);
	}
	return value;
}

async function main(): Promise<void> {
	const { values } = parseArgs({
		options: {
			channels: { type: 'string', default: '16384' },
			items: { type: 'string', default: '4096' },
			sizes: { type: 'string', default: '16,64,256' },
			tied: { type: 'string', default: '64' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return;
	}
	const count = whole(values.channels, 'channels');
	const items = whole(values.items, 'items', count);
	const tied = whole(values.tied, 'tied', MOST_TIED);
	const sizes = values.sizes.split(',').map((one) => whole(one, 'sizes', 256));

	await cryptoWaitReady();
	const keyring = new Keyring({ type: 'ed25519', ss58Format: 42 });
	const alice = new Keyring({ type: 'sr25519', ss58Format: 42 }).addFromUri('//Alice');
	const payer = keyring.addFromUri('//Alice//measure//payer');
	const payee = keyring.addFromUri('//Alice//measure//payee');
	const sender = keyring.addFromUri('//Alice//measure//sender');
	const key = (index: number) => serverKey('ed25519', blake2AsU8a(`key ${index}`, 256));
	const node = await devNode('manual', temporaryFolder('measure'));
	await node.start();
	try {
		const chain = await Chain.connect(node.url, { sealAfter: 0 });
		try {
			const keys = ['channels', 'voucherKeys'].map((item) => {
				const prefix = chain.api.query['paymentStreams']?.[item]?.keyPrefix();
				if (prefix === undefined) throw new Error(`the chain has no ${item}`);
				return prefix;
			});
			const [channels, voucherKeys] = keys as [string, string];
			for (const { address } of [payer, payee, sender]) {
				await chain.send(chain.call('balances', 'transferKeepAlive', address, 5_000n * EDSC), alice);
			}
			const opening = (index: number) => ({
				payee: payee.address,
				deposit: DEPOSIT + BigInt(index),
			});
			const byAccount = (index: number) => payments.openChannel(chain, opening(index));
			const byKey = (index: number) =>
				payments.openChannel(chain, opening(index), null, key(index).named);
			const jobIds = await jobs(chain, payer, payee, tied);
			const byJob = (index: number) => {
				const job = jobIds[index] ?? -1;
				return payments.openChannel(chain, { ...opening(index), job }, null, key(index).named);
			};
			const plain = await openMany(chain, payer, byAccount, count);
			const keyed = await openMany(chain, payer, byKey, count);
			const forJobs = await openMany(chain, payer, byJob, tied);
			const common = { payee, promised: 0n, order: spread(count) };
			const both = [channels, voucherKeys];
			const fleets: Fleet[] = [
				{ ...common, what: 'signed by the payer', ids: plain, signer: () => payer, entries: [channels] },
				{ ...common, what: 'signed by a key', ids: keyed, signer: key, entries: both },
			];
			const measurement = new Measurement(chain, sender, items);
			const all = formatUnits(BigInt(2 * count + tied));
			console.log(`${all} channels. Bytes of proof; "time" and "proof" are percent of`);
			console.log('what ordinary transactions may use of a block. "estimate" is the benchmarks\', per item.');
			console.log('');
			console.log(TABLE.header());
			const print = (what: string, found: Measured) => {
				const { items, batches, proof, entries, declared, length } = found;
				console.log(
					TABLE.row([
						what,
						`${items / batches}`,
						`${batches}`,
						found.isFull ? 'full' : 'not full',
						`${proof}`,
						(Number(proof) / items).toFixed(1),
						(entries / items).toFixed(1),
						(Number(declared) * batches / items).toFixed(0),
						`${length}`,
						`${found.time.toFixed(1)}`,
						`${found.space.toFixed(1)}`,
					]),
				);
			};
			for (const fleet of fleets) {
				// The first claims of all also write what was not there before.
				await measurement.fill(fleet, 1, 1);
				print(fleet.what, await measurement.fill(fleet, 1, 1));
				for (const size of sizes) print(fleet.what, await measurement.fill(fleet, size));
			}
			const what = 'key, a job for each';
			const order = spread(tied);
			const fleet: Fleet = { ...common, what, ids: forJobs, order, signer: key, entries: both };
			await measurement.fill(fleet, tied, 1);
			print(what, await measurement.fill(fleet, tied, 1));
		} finally {
			await chain.close();
		}
	} catch (error) {
		console.error(node.tail());
		throw error;
	} finally {
		await node.stop();
	}
}

try {
	await main();
} catch (error) {
	console.error(`Error: ${(error as Error).message}`);
	process.exitCode = 1;
}
