/**
 * GRANDPA justifications: signatures of a set of authorities under a block, and how one set hands
 * over to the next.
 */
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { ed25519 } from '@noble/curves/ed25519.js';
import { headerOf, readHeader, type Header, type Hex } from './headers.ts';
import { decode, Malformed, type Reader } from './scale.ts';

/** Who finalises, and under which number. */
export interface AuthoritySet {
	/** Number of the set, counted from genesis. */
	readonly setId: number;
	/** A block that this set finalises, or a later one. Where the search for its last block begins. */
	readonly since: number;
	/** Key and weight of each authority. */
	readonly authorities: readonly { readonly key: Hex; readonly weight: number }[];
}

/** A block with the signatures that finalise it. */
export interface Finalised {
	/** The encoded header. */
	readonly header: Hex;
	/** The encoded justification. */
	readonly justification: Hex;
}

/** A justification that proves nothing. */
export class Unfinalised extends Error {
	constructor(what: string) {
		super(what);
		this.name = 'Unfinalised';
	}
}

interface Vote {
	readonly target: Hex;
	readonly targetNumber: number;
	readonly signature: Uint8Array;
	readonly authority: Hex;
}

interface Justification {
	readonly round: bigint;
	readonly target: Hex;
	readonly targetNumber: number;
	readonly votes: readonly Vote[];
	/** Headers between the target and the blocks that votes name. */
	readonly ancestries: readonly Header[];
}

/** Reads headers one after the other: the bytes of each are what lies between two places. */
function readHeaders(data: Uint8Array, reader: Reader): Header[] {
	return reader.list(() => {
		const begin = reader.place;
		return readHeader(reader, () => data.subarray(begin, reader.place));
	});
}

export function readJustification(data: Uint8Array): Justification {
	return decode(data, (reader) => ({
		round: reader.u64(),
		target: reader.hash(),
		targetNumber: reader.u32(),
		votes: reader.list(() => ({
			target: reader.hash(),
			targetNumber: reader.u32(),
			signature: reader.bytes(64),
			authority: reader.hash(),
		})),
		ancestries: readHeaders(data, reader),
	}));
}

/** An answer of `grandpa_proveFinality`. */
export function readFinalityProof(data: Uint8Array): { block: Hex; justification: Hex; headers: Header[] } {
	return decode(data, (reader) => ({
		block: reader.hash(),
		justification: u8aToHex(reader.blob()),
		headers: readHeaders(data, reader),
	}));
}

/** Authorities with their weights, as runtimes encode them. */
export function readAuthorities(reader: Reader): AuthoritySet['authorities'] {
	return reader.list(() => {
		const key = reader.hash();
		const weight = reader.u64();
		if (weight === 0n || weight > 0xffff_ffffn) throw new Malformed('the weight of an authority');
		return { key, weight: Number(weight) };
	});
}

/** What an authority signs to finalise a block. */
function signedVote(vote: Vote, round: bigint, setId: number): Uint8Array {
	const numbers = new DataView(new ArrayBuffer(20));
	numbers.setUint32(0, vote.targetNumber, true);
	numbers.setBigUint64(4, round, true);
	numbers.setBigUint64(12, BigInt(setId), true);
	// 1: a precommit.
	return u8aConcat([1], hexToU8a(vote.target), new Uint8Array(numbers.buffer));
}

/** Whether the block `target` is `ancestor` or descends from it by these headers. */
function descends(target: Hex, ancestor: Hex, headers: ReadonlyMap<Hex, Header>): boolean {
	let at = target;
	for (let steps = 0; steps <= headers.size; steps++) {
		if (at === ancestor) return true;
		const header = headers.get(at);
		if (header === undefined) return false;
		at = header.parent;
	}
	return false;
}

/**
 * Checks that `set` finalised `header`: more than two thirds of its weight signed for the block or
 * for descendants. Gives the weight that signed and the weight that there is.
 */
export function checkJustification(
	set: AuthoritySet,
	header: Header,
	justification: Uint8Array,
): { signed: number; of: number } {
	const { round, target, targetNumber, votes, ancestries } = readJustification(justification);
	if (target !== header.hash || targetNumber !== header.number) {
		throw new Unfinalised('the signatures are for another block');
	}
	const known = new Map(ancestries.map((ancestor) => [ancestor.hash, ancestor]));
	const weights = new Map(set.authorities.map(({ key, weight }) => [key, weight]));
	if (weights.size !== set.authorities.length) throw new Malformed('an authority is in the set twice');
	let signed = 0;
	for (const vote of votes) {
		const weight = weights.get(vote.authority);
		if (weight === undefined) continue;
		const message = signedVote(vote, round, set.setId);
		if (!ed25519.verify(vote.signature, message, hexToU8a(vote.authority))) {
			throw new Unfinalised(`a signature for set ${set.setId} is not valid`);
		}
		if (!descends(vote.target, target, known)) {
			throw new Unfinalised('a vote is for a block that does not descend from the finalised one');
		}
		signed += weight;
		// Each counts once.
		weights.delete(vote.authority);
	}
	const of = set.authorities.reduce((sum, { weight }) => sum + weight, 0);
	const needed = of - Math.floor((of - 1) / 3);
	if (of === 0 || signed < needed) {
		throw new Unfinalised(`${signed} of ${of} authorities signed, ${needed} are needed`);
	}
	return { signed, of };
}

const SCHEDULED_CHANGE = 1;

/** The set after `set`, if `header` is the last block of that. */
export function nextSet(set: AuthoritySet, header: Header): AuthoritySet {
	for (const { engine, data } of header.consensus) {
		if (engine !== 'FRNK' || data[0] !== SCHEDULED_CHANGE) continue;
		return decode(data.subarray(1), (reader) => {
			const authorities = readAuthorities(reader);
			const delay = reader.u32();
			if (delay !== 0) throw new Unfinalised('a change of authorities that waits is not supported');
			return { setId: set.setId + 1, since: header.number + 1, authorities };
		});
	}
	throw new Unfinalised(`block ${header.number} does not end set ${set.setId}`);
}

/** Goes from a set that is trusted through the last blocks of sets to the set after them. */
export function follow(set: AuthoritySet, handovers: readonly Finalised[]): AuthoritySet {
	return handovers.reduce((trusted, { header: hex, justification }) => {
		const header = headerOf(hex);
		checkJustification(trusted, header, hexToU8a(justification));
		return nextSet(trusted, header);
	}, set);
}
