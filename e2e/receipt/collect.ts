/**
 * Gathers the evidence for a receipt from a node of the relay chain and a node of this chain. What
 * they say is put together, not believed: `verify` judges it.
 */
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import {
	checkJustification,
	nextSet,
	readAuthorities,
	readFinalityProof,
	readJustification,
	type AuthoritySet,
	type Finalised,
} from '../src/grandpa.ts';
import { encodeHeader, headerHex, headerOf, parseHeader, type Header, type HeaderJson, type Hex } from '../src/headers.ts';
import {
	jobKey,
	LAYOUT_KEY,
	newBundle,
	NEXT_JOB_KEY,
	PBC_ID,
	Refused,
	REGISTERED_PREFIX,
	registeredBlock,
	registeredKey,
	type Bundle,
	type Finality,
} from '../src/receipts.ts';
import { decode } from '../src/scale.ts';
import type { Rpc } from './rpc.ts';

/** Keys that one answer holds at most. */
const PAGE = 1_000;
/** How many blocks before the last finalised one to look for signatures. */
const BACK = [0, 1, 2, 4, 8, 16, 32];
/** How long to wait for the next finalised block, where a node shows signatures of new blocks only. */
const FINALITY_TIMEOUT_MS = 30_000;
const JUSTIFICATIONS = {
	notice: 'grandpa_justifications',
	subscribe: 'grandpa_subscribeJustifications',
	unsubscribe: 'grandpa_unsubscribeJustifications',
};
/** More sets than this are not followed. */
const MAX_HANDOVERS = 10_000;

/** Something that a node cannot give, although it may be true. */
export class Unavailable extends Error {
	constructor(what: string) {
		super(what);
		this.name = 'Unavailable';
	}
}

/** A header by its hash, which the answer must have. */
async function headerAt(node: Rpc, hash: Hex): Promise<Header & { encoded: Hex }> {
	const json = await node.request<HeaderJson | null>('chain_getHeader', hash);
	if (json === null) throw new Unavailable(`the node has no block ${hash}`);
	const header = parseHeader(encodeHeader(json));
	if (header.hash !== hash) throw new Refused('tampered', `the header of ${hash} has another hash`);
	return { ...header, encoded: headerHex(json) };
}

async function hashOf(node: Rpc, number: number): Promise<Hex> {
	const hash = await node.request<Hex | null>('chain_getBlockHash', number);
	if (hash === null) throw new Unavailable(`the node has no block ${number}`);
	return hash;
}

async function storage(node: Rpc, key: Uint8Array, at: Hex): Promise<Uint8Array | undefined> {
	const value = await state<Hex | null>(node, 'state_getStorage', u8aToHex(key), at);
	return value === null ? undefined : hexToU8a(value);
}

/** A node's proof of what its state has under these keys. */
export async function proof(node: Rpc, keys: readonly Uint8Array[], at: Hex): Promise<Hex[]> {
	const hex = keys.map((key) => u8aToHex(key));
	return (await state<{ proof: Hex[] }>(node, 'state_getReadProof', hex, at)).proof;
}

/** Asks for the state at a block, which a node may have forgotten. */
async function state<T>(node: Rpc, method: string, ...params: readonly unknown[]): Promise<T> {
	try {
		return await node.request<T>(method, ...params);
	} catch (error) {
		if (/discarded|pruned/i.test((error as Error).message)) {
			const advice = 'ask one that runs with --state-pruning archive-canonical';
			throw new Unavailable(`the node no longer has the state of that block: ${advice}`);
		}
		throw error;
	}
}

/** The last finalised block of the relay chain, with its signatures if the node has them. */
async function finalised(relay: Rpc): Promise<{ header: Hex; justification: Hex | null }> {
	const head = await headerAt(relay, await relay.request<Hex>('chain_getFinalizedHead'));
	for (const back of BACK) {
		const found = back > head.number ? undefined : await finalityProof(relay, head.number - back);
		if (found !== undefined) return found;
	}
	// Before the first change of authorities nodes show no old signatures, only new ones.
	const next = await nextJustification(relay);
	return next ?? { header: head.encoded, justification: null };
}

/** The next block that is finalised, with its signatures, if the relay chain has GRANDPA. */
async function nextJustification(relay: Rpc): Promise<Finalised | undefined> {
	let justification: Hex | undefined;
	try {
		justification = await relay.first<Hex>(JUSTIFICATIONS, FINALITY_TIMEOUT_MS);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
	if (justification === undefined) return undefined;
	const { target } = readJustification(hexToU8a(justification));
	return { header: (await headerAt(relay, target)).encoded, justification };
}

/** Whether a node has nothing of the kind to show: no GRANDPA, or nothing for that block yet. */
const isMissing = (error: unknown) =>
	/method not found|not yet finalized|authority set changes/i.test((error as Error).message);

/** The block that finalises block `number`, with its signatures. */
async function finalityProof(relay: Rpc, number: number): Promise<Finalised | undefined> {
	let answer: Hex | null;
	try {
		answer = await relay.request<Hex | null>('grandpa_proveFinality', number);
	} catch (error) {
		if (isMissing(error)) return undefined;
		throw error;
	}
	if (answer === null) return undefined;
	const { block, justification } = readFinalityProof(hexToU8a(answer));
	const { target } = readJustification(hexToU8a(justification));
	if (target !== block) throw new Refused('tampered', 'the signatures are for another block');
	return { header: (await headerAt(relay, block)).encoded, justification };
}

/** The relay chain's authorities now, as the node says. */
export async function currentAuthorities(relay: Rpc): Promise<AuthoritySet> {
	const at = await relay.request<Hex>('chain_getFinalizedHead');
	const { number } = await headerAt(relay, at);
	const call = async (name: string) =>
		hexToU8a(await state<Hex>(relay, 'state_call', `GrandpaApi_${name}`, '0x', at));
	const setId = decode(await call('current_set_id'), (reader) => Number(reader.u64()));
	const authorities = decode(await call('grandpa_authorities'), readAuthorities);
	return { setId, since: number + 1, authorities };
}

/** The ends of all sets from `set` up to the one that signed `header`. */
export async function handovers(
	relay: Rpc,
	known: AuthoritySet,
	header: Header,
): Promise<Finalised[]> {
	const ends: Finalised[] = [];
	let set = known;
	while (ends.length < MAX_HANDOVERS && set.since <= header.number) {
		const end = await finalityProof(relay, set.since);
		if (end === undefined) break;
		const last = headerOf(end.header);
		if (last.number >= header.number) break;
		checkJustification(set, last, hexToU8a(end.justification));
		ends.push(end);
		set = nextSet(set, last);
	}
	return ends;
}

/** Numbers of this chain's blocks whose roots the relay chain has, the last one first. */
async function registeredBlocks(relay: Rpc, at: Hex): Promise<number[]> {
	const prefix = u8aToHex(u8aConcat(REGISTERED_PREFIX));
	const blocks: number[] = [];
	for (let start = prefix; ; ) {
		const keys = await state<Hex[]>(relay, 'state_getKeysPaged', prefix, PAGE, start, at);
		for (const key of keys) {
			const block = registeredBlock(PBC_ID, hexToU8a(key));
			if (block !== undefined) blocks.push(block);
		}
		const last = keys.at(-1);
		if (last === undefined || keys.length < PAGE) break;
		start = last;
	}
	return blocks.sort((a, b) => b - a);
}

/** What to gather. */
export interface Wanted {
	readonly job: number;
	/** The registered block to take; else the last one that shows how the job ended. */
	readonly block?: number;
	/** Take no block before this one. */
	readonly notBefore?: number;
	/** Authorities that the verifier knows: the way from them to those that signed is gathered too. */
	readonly authorities?: AuthoritySet;
}

/**
 * The newest of `blocks` that has a record of the job, or the one whose proof says best that there is
 * none. What the node answers here is not proven: it only chooses what will be.
 */
async function telling(chain: Rpc, blocks: readonly number[], job: number): Promise<number | undefined> {
	for (const block of blocks) {
		const hash = await hashOf(chain, block);
		if ((await storage(chain, jobKey(job), hash)) !== undefined) return block;
		// Numbers of jobs only grow: where it is not yet, it is not earlier either. Where it is not any
		// more, an older block may have it.
		const next = await storage(chain, NEXT_JOB_KEY, hash);
		if (next === undefined || BigInt(job) >= decode(next, (reader) => reader.u64())) return block;
	}
	return blocks[0];
}

/** Gathers everything that proves how the job ended, or that a registered block does not show it. */
export async function collect(relay: Rpc, chain: Rpc, wanted: Wanted): Promise<Bundle> {
	const end = await finalised(relay);
	const relayHeader = headerOf(end.header);
	const { job, block: only, notBefore = 0, authorities } = wanted;
	const all = await registeredBlocks(relay, relayHeader.hash);
	const late = all.filter((number) => number >= notBefore);
	const block = only ?? (await telling(chain, late, job));
	if (block === undefined) {
		const last = all[0] === undefined ? 'none yet' : `its last one is for block ${all[0]}`;
		throw new Unavailable(`the relay chain's node shows no root for block ${notBefore} or later: ${last}`);
	}
	const header = await headerAt(chain, await hashOf(chain, block));
	const key = registeredKey(PBC_ID, block);
	return newBundle({
		pbcId: PBC_ID,
		job,
		block,
		relay: {
			...end,
			proof: await proof(relay, [key], relayHeader.hash),
			handovers: authorities === undefined ? [] : await handovers(relay, authorities, relayHeader),
		},
		chain: { header: header.encoded, proof: await proof(chain, [jobKey(job), LAYOUT_KEY], header.hash) },
	});
}

/** The verifier trusts this node of the relay chain to know which blocks are final. */
export async function knownByNode(relay: Rpc, name: string, bundle: Bundle): Promise<Finality> {
	const { number } = headerOf(bundle.relay.header);
	const head = await headerAt(relay, await relay.request<Hex>('chain_getFinalizedHead'));
	const hash = number > head.number ? undefined : await hashOf(relay, number);
	return (header) => {
		if (hash === undefined) {
			throw new Refused('not finalised', `${name} has finalised block ${head.number}, not yet ${header.number}`);
		}
		if (hash !== header.hash) {
			throw new Refused('not finalised', `${name} has another block ${header.number}: ${hash}`);
		}
		return `is final, says ${name}`;
	};
}
