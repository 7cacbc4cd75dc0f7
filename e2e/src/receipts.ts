/**
 * Receipts: what proves to anybody how a job ended, without a node of this chain.
 *
 * A chain of evidence, each link checked against the one before:
 *
 * 1. A finalised block of the relay chain. Who says so is for the verifier to choose: see `Finality`.
 * 2. Under that block's state root: the relay chain registered root R for block N of this chain.
 * 3. The header of block N, whose state root is R. Number and root are all of it that is proven: the
 *    rest, and so its hash, is what explorers know the block by.
 * 4. Under R: the record of the job, and the version of its layout.
 *
 * Nothing in a receipt is believed. What is not proven is not in it.
 */
import { hexToU8a, isHex, u8aConcat, u8aEq, u8aToHex } from '@polkadot/util';
import { blake2AsHex, blake2AsU8a, encodeAddress, xxhashAsU8a } from '@polkadot/util-crypto';
import { checkJustification, follow, Unfinalised, type AuthoritySet, type Finalised } from './grandpa.ts';
import { headerOf, type Header, type Hex } from './headers.ts';
import { decode, Malformed, type Reader } from './scale.ts';
import { ProofError, TrieProof } from './trie.ts';

/** Number under which the relay chain knows this chain. */
export const PBC_ID = 15;

const FORMAT = 'ai-compute-pbc receipt';
const VERSION = 1;

/** All of the evidence. Bytes are hex. */
export interface Bundle {
	readonly format: typeof FORMAT;
	readonly version: typeof VERSION;
	readonly pbcId: number;
	/** The job. */
	readonly job: number;
	/** Number N of the block of this chain. */
	readonly block: number;
	readonly relay: {
		readonly header: Hex;
		/** Leads from the header's state root to the registered root. */
		readonly proof: readonly Hex[];
		/** Signatures of the relay chain's authorities under the header. */
		readonly justification: Hex | null;
		/** Last blocks of earlier sets of authorities, from an older set up to the one that signed. */
		readonly handovers: readonly Finalised[];
	};
	readonly chain: {
		readonly header: Hex;
		/** Leads from the registered root to the job's record and its layout. */
		readonly proof: readonly Hex[];
	};
}

/** Why a receipt is refused. */
export type Reason =
	/** It is no receipt, or not of this version. */
	| 'malformed'
	/** The block of the relay chain is not shown to be finalised. */
	| 'not finalised'
	/** Something was changed, or belongs to another block. */
	| 'tampered'
	/** The relay chain has no such root for the block. */
	| 'not registered'
	/** There is no such job at the block. */
	| 'no such job'
	/** The record is from before the job ended. */
	| 'older record'
	/** The record is laid out in a way that is not known here. */
	| 'unknown layout'
	/** The bytes are not the result. */
	| 'another result';

export class Refused extends Error {
	constructor(
		readonly reason: Reason,
		details: string,
	) {
		super(details);
		this.name = 'Refused';
	}
}

/** Says why the relay chain's block is final, or throws. */
export type Finality = (header: Header, bundle: Bundle) => string;

/** The verifier knows from elsewhere that this block of the relay chain is final. */
export const knownBlock =
	(hash: string): Finality =>
	(header) => {
		if (header.hash !== hash.toLowerCase()) {
			throw new Refused('not finalised', `the receipt is about relay block ${header.hash}, not ${hash}`);
		}
		return 'is the block that you know to be final';
	};

/** The verifier knows a set of authorities of the relay chain: one that signed, or an earlier one. */
export const knownAuthorities =
	(known: AuthoritySet): Finality =>
	(header, { relay }) => {
		if (relay.justification === null) {
			throw new Refused('not finalised', 'the receipt has no signatures of the relay chain');
		}
		try {
			// A receipt may begin with an older set than the one that is known.
			const later = relay.handovers.filter((end) => headerOf(end.header).number >= known.since);
			const set = follow(known, later);
			const { signed, of } = checkJustification(set, header, hexToU8a(relay.justification));
			const hops = later.length === 0 ? '' : `, ${later.length} sets after the one that you know`;
			return `is signed by ${signed} of ${of} authorities of set ${set.setId}${hops}`;
		} catch (error) {
			if (error instanceof Unfinalised) throw new Refused('not finalised', error.message);
			throw error;
		}
	};

const prefix = (pallet: string, item: string) =>
	u8aConcat(xxhashAsU8a(pallet, 128), xxhashAsU8a(item, 128));
const concatHash = (key: Uint8Array) => u8aConcat(blake2AsU8a(key, 128), key);

function u64(value: number): Uint8Array {
	const bytes = new Uint8Array(8);
	new DataView(bytes.buffer).setBigUint64(0, BigInt(value), true);
	return bytes;
}

/** Where the relay chain keeps the registered roots. */
export const REGISTERED_PREFIX = prefix('Checkpoint', 'Checkpoints');

/** Relay chain key of the root of a block: `Checkpoint.Checkpoints[(pbc id, block number)]`. */
export const registeredKey = (pbcId: number, block: number): Uint8Array =>
	u8aConcat(REGISTERED_PREFIX, concatHash(u8aConcat([pbcId], u64(block))));

/** The block of PBC `pbcId` that a relay chain key is about. */
export function registeredBlock(pbcId: number, key: Uint8Array): number | undefined {
	const rest = key.subarray(REGISTERED_PREFIX.length + 16);
	if (rest.length !== 9 || rest[0] !== pbcId) return undefined;
	const block = Number(decode(rest.subarray(1), (reader) => reader.u64()));
	return Number.isSafeInteger(block) ? block : undefined;
}

/** Key of the record of a job. */
export const jobKey = (job: number): Uint8Array =>
	u8aConcat(prefix('JobMarketplace', 'Jobs'), concatHash(u64(job)));

/** Key of the version of the marketplace's layout. */
export const LAYOUT_KEY = prefix('JobMarketplace', ':__STORAGE_VERSION__:');

/** Key of the number of the next job. */
export const NEXT_JOB_KEY = prefix('JobMarketplace', 'NextJobId');

const JOB_STATUS = [
	'Pending',
	'Assigned',
	'Processing',
	'Completed',
	'Failed',
	'Settled',
	'Disputed',
	'Cancelled',
	'Expired',
] as const;
export type JobStatus = (typeof JOB_STATUS)[number];

/** States that no call leaves: whatever comes later, the job ended like this. */
const FINAL: ReadonlySet<JobStatus> = new Set(['Failed', 'Settled', 'Cancelled', 'Expired']);

export const isFinal = (status: JobStatus): boolean => FINAL.has(status);

const account = (reader: Reader) => encodeAddress(reader.bytes(32), 42);

/** A job in version 1 of the layout. */
export function readJobV1(reader: Reader) {
	return {
		requester: account(reader),
		modelDid: new TextDecoder().decode(reader.blob()),
		maxTokens: reader.u32(),
		maxPayment: reader.u128(),
		minVramGb: reader.u32(),
		confidential: reader.bool(),
		createdAt: reader.u32(),
		status: reader.variant(JOB_STATUS),
		deadline: reader.u32(),
		bidEnd: reader.u32(),
		lifetimeEnd: reader.u32(),
		resultLimit: reader.u32(),
		escrowPeriod: reader.u32(),
		attempts: reader.u8(),
		bidCount: reader.u32(),
		terms: {
			version: reader.u32(),
			minVramGb: reader.u32(),
			royaltyBps: reader.u16(),
			parentBps: reader.u16(),
			price: priceRule(reader),
			hosting: reader.variant(['Anyone', 'Hosts']),
		},
		feePercent: reader.u8(),
		latePenaltyPercent: reader.u8(),
		deposit: reader.u128(),
		hasOptions: reader.bool(),
		assignment: reader.option(() => ({
			node: reader.hash(),
			owner: account(reader),
			pricePerToken: reader.u128(),
			latency: reader.u32(),
			resultDue: reader.option(() => reader.u32()),
		})),
		delivery: reader.option(() => ({
			resultHash: reader.hash(),
			tokensUsed: reader.u32(),
			timing: reader.variant(['OnTime', 'Late']),
			bytes: reader.variant(['OffChain', 'OnChain']),
		})),
		endedAt: reader.option(() => reader.u32()),
		settlement: reader.option(() => ({
			outcome: reader.variant([
				'OnTime',
				'Late',
				'Returned',
				'Abandoned',
				'NoShow',
				'TimedOut',
				'LostDispute',
				'Unanswered',
				'Undecided',
			]),
			feePaid: reader.u128(),
		})),
		rating: reader.option(() => reader.u8()),
	};
}

function priceRule(reader: Reader): { rule: 'Any' | 'AtLeast' | 'Exactly'; price: bigint | null } {
	const rule = reader.variant(['Any', 'AtLeast', 'Exactly']);
	return { rule, price: rule === 'Any' ? null : reader.u128() };
}

/** A job's record. */
export type Job = ReturnType<typeof readJobV1>;

/** How to read a record, by the version of the layout that the state itself names. */
const LAYOUTS: ReadonlyMap<number, (reader: Reader) => Job> = new Map([[1, readJobV1]]);

/** The record in these bytes. */
export function readJob(layout: number, record: Uint8Array): Job {
	const read = LAYOUTS.get(layout);
	if (read === undefined) {
		throw new Refused('unknown layout', `records of version ${layout} are not known to this tool`);
	}
	try {
		return decode(record, read);
	} catch (error) {
		if (error instanceof Malformed) throw new Refused('unknown layout', `the job's record: ${error.message}`);
		throw error;
	}
}

/** What a receipt proves. */
export interface Receipt {
	readonly job: number;
	readonly record: Job;
	/** The block of this chain as of which it is proven. */
	readonly block: Header;
	/** The block of the relay chain that has its root. */
	readonly relay: Header;
	/** Why that is final. */
	readonly finality: string;
}

/** What a verifier asks beyond the evidence. */
export interface Demands {
	/** The job that the receipt must be about. */
	readonly job?: number;
	/** The registered block that it must be by. */
	readonly block?: number;
	/** A block of this chain that the verifier knows to concern the job: no older state will do. */
	readonly notBefore?: number;
	/** The bytes of the result. */
	readonly result?: Uint8Array;
}

function refuse<T>(reason: Reason, what: string, check: () => T): T {
	try {
		return check();
	} catch (error) {
		if (error instanceof ProofError || error instanceof Malformed) {
			throw new Refused(reason, `${what}: ${error.message}`);
		}
		throw error;
	}
}

/** Reads all `keys` of a proof that must hold nothing else. */
function prove(what: string, root: Hex, proof: readonly Hex[], keys: readonly Uint8Array[]) {
	return refuse('tampered', what, () => {
		const trie = new TrieProof(proof.map((part) => hexToU8a(part)));
		const values = keys.map((key) => trie.read(hexToU8a(root), key));
		if (trie.unused > 0) throw new ProofError('it has parts that prove nothing');
		return values;
	});
}

/** Checks a receipt from one end to the other. Throws {@link Refused} at the first link that breaks. */
export function verify(bundle: Bundle, finality: Finality, demands: Demands = {}): Receipt {
	const { pbcId, job, block: number, relay, chain } = bundle;
	if (demands.job !== undefined && demands.job !== job) {
		throw new Refused('no such job', `the receipt is about job ${job}, not ${demands.job}`);
	}

	if (demands.block !== undefined && demands.block !== number) {
		throw new Refused('not registered', `the receipt is by block ${number}, not ${demands.block}`);
	}

	const relayHeader = refuse('tampered', "the relay block's header", () => headerOf(relay.header));
	const why = refuse('not finalised', `relay block ${relayHeader.number}`, () =>
		finality(relayHeader, bundle),
	);

	const key = registeredKey(pbcId, number);
	const [root] = prove("the relay chain's proof", relayHeader.stateRoot, relay.proof, [key]);
	if (root === undefined) {
		const at = `in relay block ${relayHeader.number}`;
		throw new Refused('not registered', `there is no root for block ${number} of PBC ${pbcId} ${at}`);
	}

	const header = refuse('tampered', "the block's header", () => headerOf(chain.header));
	if (header.number !== number) {
		throw new Refused('tampered', `the header is that of block ${header.number}, not ${number}`);
	}
	if (!u8aEq(hexToU8a(header.stateRoot), root)) {
		const registered = `the relay chain registered ${u8aToHex(root)} for block ${number}`;
		throw new Refused('not registered', `${registered}; the header has ${header.stateRoot}`);
	}

	const [record, layout] = prove('the proof of the job', header.stateRoot, chain.proof, [
		jobKey(job),
		LAYOUT_KEY,
	]);
	if (record === undefined) {
		throw new Refused('no such job', `block ${number} has no record of job ${job}`);
	}
	const version = refuse('unknown layout', 'the version of the layout', () =>
		decode(layout ?? new Uint8Array(), (reader) => reader.u16()),
	);
	const found = readJob(version, record);
	if (!isFinal(found.status)) {
		const was = `at block ${number} job ${job} was ${found.status}`;
		throw new Refused('older record', `${was}: that is before its end, and proves no outcome`);
	}
	if (demands.notBefore !== undefined && number < demands.notBefore) {
		throw new Refused('older record', `block ${number} is older than block ${demands.notBefore}`);
	}
	if (demands.result !== undefined) checkResult(found, demands.result);
	return { job, record: found, block: header, relay: relayHeader, finality: why };
}

function checkResult(record: Job, result: Uint8Array): void {
	const hash = blake2AsHex(result, 256);
	const delivered = record.delivery?.resultHash;
	if (delivered === undefined) throw new Refused('another result', 'the job has no result');
	if (hash !== delivered) {
		throw new Refused('another result', `the bytes have hash ${hash}, the job's result ${delivered}`);
	}
}

/** A new bundle. */
export const newBundle = (parts: Omit<Bundle, 'format' | 'version'>): Bundle => ({
	format: FORMAT,
	version: VERSION,
	...parts,
});

type Fields = Readonly<Record<string, unknown>>;

function fields(value: unknown, what: string): Fields {
	if (typeof value !== 'object' || value === null || Array.isArray(value)) {
		throw new Refused('malformed', `${what} is missing`);
	}
	return value as Fields;
}

function hex(value: unknown, what: string): Hex {
	// Whole bytes only.
	if (typeof value !== 'string' || !isHex(value, -1) || value.length % 2 !== 0) {
		throw new Refused('malformed', `${what} is not hex`);
	}
	return value.toLowerCase() as Hex;
}

function count(value: unknown, what: string): number {
	if (typeof value !== 'number' || !Number.isSafeInteger(value) || value < 0) {
		throw new Refused('malformed', `${what} is not a number`);
	}
	return value;
}

function list<T>(value: unknown, what: string, item: (value: unknown, what: string) => T): T[] {
	if (!Array.isArray(value)) throw new Refused('malformed', `${what} is not a list`);
	return value.map((one, index) => item(one, `${what} ${index}`));
}

/** The bundle in a file's text. */
export function parseBundle(text: string): Bundle {
	const bundle = fields(parseJson(text), 'the receipt');
	if (bundle['format'] !== FORMAT) throw new Refused('malformed', 'the file is no receipt');
	if (bundle['version'] !== VERSION) throw new Refused('malformed', 'the receipt has another version');
	const relay = fields(bundle['relay'], "the relay chain's part");
	const chain = fields(bundle['chain'], "this chain's part");
	const pbcId = count(bundle['pbcId'], 'the PBC id');
	if (pbcId !== PBC_ID) throw new Refused('malformed', `PBC ${pbcId} is another chain`);
	return newBundle({
		pbcId,
		job: count(bundle['job'], 'the job'),
		block: count(bundle['block'], 'the block number'),
		relay: {
			header: hex(relay['header'], "the relay chain's header"),
			proof: list(relay['proof'], "the relay chain's proof", hex),
			justification:
				relay['justification'] === null ? null : hex(relay['justification'], 'the justification'),
			handovers: list(relay['handovers'], 'the handovers', parseFinalised),
		},
		chain: {
			header: hex(chain['header'], "the block's header"),
			proof: list(chain['proof'], 'the proof of the job', hex),
		},
	});
}

function parseFinalised(value: unknown, what: string): Finalised {
	const { header, justification } = fields(value, what);
	return { header: hex(header, what), justification: hex(justification, what) };
}

/** The set of authorities in a file's text. */
export function parseAuthorities(text: string): AuthoritySet {
	const set = fields(parseJson(text), 'the set of authorities');
	return {
		setId: count(set['setId'], 'the number of the set'),
		since: count(set['since'], 'the block of the set'),
		authorities: list(set['authorities'], 'the authorities', (value, what) => {
			const authority = fields(value, what);
			const key = hex(authority['key'], what);
			if (key.length !== 66) throw new Refused('malformed', `${what} has no key of 32 bytes`);
			return { key, weight: count(authority['weight'], what) };
		}),
	};
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch {
		throw new Refused('malformed', 'the file is not JSON');
	}
}
