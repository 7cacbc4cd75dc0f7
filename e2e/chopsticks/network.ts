/** FlareChain and this chain, side by side: Chopsticks carries their messages. */
import { StorageValueKind, destroyWorker, setStorage } from '@acala-network/chopsticks-core';
import { connectUpward } from '@acala-network/chopsticks-core/xcm/upward';
import { Keyring } from '@polkadot/keyring';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Bytes, Vec, u32 } from '@polkadot/types';
import type { AnyJson, ITuple } from '@polkadot/types/types';
import { bnToU8a, compactFromU8a, hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a, xxhashAsU8a } from '@polkadot/util-crypto';
import type { HexString } from '@polkadot/util/types';
import { LocalChain, type Call, type ChainEvent, type Signed } from './chain.ts';
import { genesisOf, readSpec } from './genesis.ts';

/** Parachain number of this chain. */
export const PARA_ID = 2015;
/** Parachain number of EDSC-PBC. */
export const EDSC_PARA_ID = 2013;
/** Number under which the relay chain keeps this chain's checkpoints. */
export const PBC_ID = 15;

const keyrings = {
	sr25519: new Keyring({ type: 'sr25519', ss58Format: 42 }),
	ed25519: new Keyring({ type: 'ed25519', ss58Format: 42 }),
};

/** A well-known account. */
export const wellKnown = (name: 'Alice' | 'Bob' | 'Charlie'): KeyringPair =>
	keyrings.sr25519.addFromUri(`//${name}`);

const numbered = (prefix: string, paraId: number): HexString =>
	u8aToHex(u8aConcat(stringToU8a(prefix), bnToU8a(paraId, { bitLength: 32 }), new Uint8Array(24)));

/** This chain's account on the relay chain. */
export const OUR_ACCOUNT = numbered('para', PARA_ID);
/** EDSC-PBC's account on this chain. */
export const EDSC_ACCOUNT = numbered('sibl', EDSC_PARA_ID);

const OUR_NUMBER = bnToU8a(PARA_ID, { bitLength: 32 });

/** Key of a storage item of the relay chain, with the hashed key of a map. */
const relayKey = (pallet: string, item: string, ...hashed: readonly Uint8Array[]): HexString =>
	u8aToHex(u8aConcat(xxhashAsU8a(pallet, 128), xxhashAsU8a(item, 128), ...hashed));

const OURS = [xxhashAsU8a(OUR_NUMBER, 64), OUR_NUMBER];
/** The limits that parachains are told. */
const HOST_CONFIGURATION = relayKey('Configuration', 'ActiveConfig');
/** The room in the queue of this chain's messages. */
const QUEUE_ROOM = u8aToHex(
	u8aConcat(stringToU8a(':relay_dispatch_queue_remaining_capacity:'), OUR_NUMBER),
);
/** Messages for this chain: the hash that chains them, how many there are, the messages. */
const DOWNWARD_HEAD = relayKey('Dmp', 'DownwardMessageQueueHeads', ...OURS);
const DOWNWARD_META = relayKey('Dmp', 'DownwardMessageQueueMeta', ...OURS);
const DOWNWARD_PAGES = relayKey(
	'Dmp',
	'DownwardMessageQueuePages',
	...[blake2AsU8a(OUR_NUMBER, 128), OUR_NUMBER],
);
/** Its word on an upgrade of this chain. */
const GO_AHEAD = relayKey('Paras', 'UpgradeGoAheadSignal', ...OURS);

/** A validator of FlareChain, in its genesis: it signs nothing, but sessions do not end without any. */
const validator = (name: 'Alice' | 'Bob') => {
	const { address } = wellKnown(name);
	return [
		address,
		address,
		{
			grandpa: keyrings.ed25519.addFromUri(`//${name}`).address,
			babe: address,
			para_validator: address,
			para_assignment: address,
			authority_discovery: address,
		},
	];
};

/** An instruction of a program, as the metadata names it. */
export type Instruction = Readonly<Record<string, unknown>>;
export type Program = readonly Instruction[];

export class Network {
	/** What goes to EDSC-PBC's channel with the next block. */
	private beside: HexString[] = [];
	/** Every key that the runtime has asked for. */
	private readonly shown = new Set<HexString>();
	/** Whether the relay chain's word on a pending upgrade is held back. */
	holdGoAhead = false;
	/** Whether this chain's blocks show nothing of what the runtime asks a collator for. */
	hideAsked = false;

	private constructor(
		readonly relay: LocalChain,
		readonly chain: LocalChain,
	) {}

	/** Both chains at their first blocks, from their chain specs. */
	static async start(relaySpec: string, chainSpec: string): Promise<Network> {
		// As in the networks of zombienet: checkpoints are posted from the genesis on.
		const ours = await genesisOf(readSpec(chainSpec), { checkpoint: { posting: 'On' } });
		const parachain = { genesis_head: ours.header, validation_code: ours.code, parachain: true };
		const theirs = await genesisOf(readSpec(relaySpec), {
			session: { keys: [validator('Alice'), validator('Bob')] },
			paras: { paras: [[PARA_ID, parachain]] },
		});
		const relay = await LocalChain.start('FlareChain', theirs);
		const chain = await LocalChain.start('this chain', ours);
		await connectUpward(chain.inner, relay.inner);
		return new Network(relay, chain);
	}

	async close(): Promise<void> {
		await this.relay.close();
		await this.chain.close();
		await destroyWorker();
	}

	/**
	 * A block here, and before it one of FlareChain if that has anything to do: what is sent there is
	 * here at once.
	 */
	async step(signed: { relay?: readonly Signed[]; chain?: readonly Signed[] } = {}): Promise<void> {
		const there = signed.relay ?? [];
		if (there.length > 0 || Object.keys(this.relay.inner.txPool.ump).length > 0) {
			await this.relay.block({ signed: there });
			await this.carryDown();
		}
		const beside = this.beside.splice(0).map((data) => ({ sentAt: this.relay.height, data }));
		await this.chain.block({
			signed: signed.chain ?? [],
			// Always there: the channel is open.
			horizontalMessages: { [EDSC_PARA_ID]: beside },
			relayChainStateOverrides: await this.relayData(),
		});
	}

	/**
	 * Hands this chain what the relay chain has for it, which is asked for as a collator does, and takes
	 * it off the queue, as the inclusion of the block would. `connectVertical` of Chopsticks looks for a
	 * queue in one piece, which the relay chain's pallet no longer has.
	 */
	private async carryDown(): Promise<void> {
		if ((await this.relay.raw(DOWNWARD_META)) === undefined) return;
		const { result } = await this.relay.head.call('ParachainHost_dmq_contents', [u8aToHex(OUR_NUMBER)]);
		const registry = await this.relay.head.registry;
		const messages = registry.createType('Vec<(u32, Bytes)>', hexToU8a(result)) as Vec<ITuple<[u32, Bytes]>>;
		this.chain.inner.submitDownwardMessages(
			messages.map(([sentAt, msg]) => ({ sentAt: sentAt.toNumber(), msg: msg.toHex() })),
		);
		await setStorage(this.relay.inner, [
			[DOWNWARD_META, null],
			[DOWNWARD_PAGES, StorageValueKind.DeletedPrefix],
		]);
	}

	/**
	 * What this chain's next block sees of the relay chain's state beyond what Chopsticks makes up: the
	 * limits, the room in the queue, the head of the messages, and what the runtime asks a collator for.
	 */
	private async relayData(): Promise<[HexString, HexString | null][]> {
		const asked = this.hideAsked ? [] : await this.asked();
		const entries: [HexString, HexString | null][] = [];
		for (const key of [HOST_CONFIGURATION, QUEUE_ROOM, DOWNWARD_HEAD, ...asked]) {
			entries.push([key, (await this.relay.raw(key)) ?? null]);
		}
		// Chopsticks builds on the last block's proof: what is not asked for again must go.
		for (const key of this.shown) if (!asked.includes(key)) entries.push([key, null]);
		for (const key of asked) this.shown.add(key);
		if (this.holdGoAhead) entries.push([GO_AHEAD, null]);
		return entries;
	}

	/** The keys of the relay chain that the runtime asks a collator for. */
	private async asked(): Promise<HexString[]> {
		const { result } = await this.chain.head.call('KeyToIncludeInRelayProof_keys_to_prove', []);
		const registry = await this.chain.head.registry;
		const bytes = hexToU8a(result);
		const [prefix, count] = compactFromU8a(bytes);
		const keys: HexString[] = [];
		let at = prefix;
		for (let index = 0; index < count.toNumber(); index++) {
			if (bytes[at] !== 0) throw new Error('the runtime asks for a key of a child trie');
			const key = registry.createType('Bytes', bytes.subarray(at + 1));
			keys.push(key.toHex());
			at += 1 + key.encodedLength;
		}
		return keys;
	}

	/** Makes blocks until `find` has found something; at most `limit`. */
	async until<T>(what: string, find: () => Promise<T | undefined> | T | undefined, limit = 12): Promise<T> {
		for (let made = 0; ; made++) {
			const found = await find();
			if (found !== undefined) return found;
			if (made === limit) throw new Error(`${what}: not within ${limit} blocks`);
			await this.step();
		}
	}

	/** Sends programs as the relay chain's governance does, or as an account of the relay chain. */
	async send(programs: readonly Program[], sender?: KeyringPair): Promise<void> {
		const to = { V5: { parents: 0, interior: { X1: [{ Parachain: PARA_ID }] } } };
		const sends: Call[] = [];
		for (const program of programs) {
			sends.push(await this.relay.call('xcmPallet', 'send', to, { V5: program }));
		}
		const all = await this.relay.call('utility', 'batchAll', sends);
		const call = sender === undefined ? await this.relay.call('sudo', 'sudo', all) : all;
		await this.step({ relay: [{ call, signer: sender ?? wellKnown('Alice') }] });
	}

	/** Makes a call here as the relay chain's governance does. */
	async govern(call: Call): Promise<void> {
		await this.send([unpaid(transact('Superuser', call))]);
	}

	/** Makes a call on the relay chain as its governance. */
	async governRelay(section: string, method: string, ...args: readonly unknown[]): Promise<void> {
		const call = await this.relay.call('sudo', 'sudo', await this.relay.call(section, method, ...args));
		await this.step({ relay: [{ call, signer: wellKnown('Alice') }] });
	}

	/** Sends programs as EDSC-PBC itself does. */
	async sendBeside(programs: readonly Program[]): Promise<void> {
		const registry = await this.chain.head.registry;
		for (const program of programs) {
			const message = registry.createType('XcmVersionedXcm', { V5: program });
			// A page of whole programs.
			this.beside.push(u8aToHex(u8aConcat([0], message.toU8a())));
		}
		await this.step();
	}

	/** The root that the relay chain has for a block of this chain. */
	async registered(block: number): Promise<string | undefined> {
		return (await this.relay.read('checkpoint', 'checkpoints', [PBC_ID, block]))?.toHex();
	}
}

/** A call with the powers that `originKind` gives. */
export const transact = (originKind: string, call: Call): Instruction => ({
	Transact: { originKind, fallbackMaxWeight: null, call: { encoded: call.toHex() } },
});

const SUCCESS: Instruction = { ExpectTransactStatus: 'Success' };

/** A program that fails if its call does, and pays nothing. */
export const unpaid = (instruction: Instruction): Program => [
	{ UnpaidExecution: { weightLimit: 'Unlimited', checkOrigin: null } },
	instruction,
	SUCCESS,
];

/** The same, paid for in ËDSC out of the sender's account here. */
export function paid(instruction: Instruction): Program {
	const id = { parents: 1, interior: { X1: [{ Parachain: EDSC_PARA_ID }] } };
	const fees = { id, fun: { Fungible: 10_000_000_000_000n } };
	return [
		{ WithdrawAsset: [fees] },
		{ BuyExecution: { fees, weightLimit: 'Unlimited' } },
		instruction,
		SUCCESS,
	];
}

/** How a message to this chain ended. */
export interface Served {
	/** `done`, `refused` at the barrier, set aside as `too heavy`, or the XCM error that it ran into. */
	readonly end: string;
	readonly block: number;
	/** Where a message that is too heavy waits. */
	readonly page: number;
	readonly index: number;
}

/** How the messages in these events ended, oldest first. */
export function served(events: readonly ChainEvent[]): Served[] {
	const found: Served[] = [];
	// The XCM pallet tells of an error before the queue tells of the message.
	let error: string | undefined;
	for (const { section, method, data, block } of events) {
		const place = { block, page: Number(data['pageIndex']), index: Number(data['messageIndex']) };
		if (section === 'polkadotXcm' && method === 'ProcessXcmError') {
			error = nameOf(data['error']);
		} else if (section === 'messageQueue' && method === 'Processed') {
			found.push({ end: data['success'] === true ? 'done' : (error ?? 'failed'), ...place });
			error = undefined;
		} else if (section === 'messageQueue' && method === 'ProcessingFailed') {
			const why = nameOf(data['error']);
			found.push({ end: why === 'Unsupported' ? 'refused' : `unreadable: ${why}`, ...place });
		} else if (section === 'messageQueue' && method === 'OverweightEnqueued') {
			found.push({ end: 'too heavy', ...place });
		}
	}
	return found;
}

/** The name of a variant in JSON: `Name`, or `{ name: content }`. */
function nameOf(variant: AnyJson | undefined): string {
	if (typeof variant !== 'object' || variant === null) return String(variant);
	const [name = ''] = Object.keys(variant);
	return name.charAt(0).toUpperCase() + name.slice(1);
}
