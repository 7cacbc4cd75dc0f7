/**
 * Storage proofs of Substrate chains: a state root, a key, some trie nodes, and what they prove.
 *
 * The trie has sixteen branches a node and `blake2_256` for a hash. Both layouts are read: in version
 * 0 a node carries its value, in version 1 it may carry the hash of a value that is longer than 32
 * bytes, and the value is a part of the proof like a node. A trie may hold nodes of both kinds.
 */
import { u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { decode, Malformed, type Reader } from './scale.ts';

/** A proof that proves nothing about the key that it was asked for. */
export class ProofError extends Error {
	constructor(what: string) {
		super(what);
		this.name = 'ProofError';
	}
}

const HASH_LENGTH = 32;

type Value = { readonly inline: Uint8Array } | { readonly hash: Uint8Array };
/** The next node: its hash, or if it is shorter than a hash, the node itself. */
type Child = { readonly inline: Uint8Array } | { readonly hash: Uint8Array };

interface TrieNode {
	/** What keys have in common from here on, in half bytes. */
	readonly partial: readonly number[];
	readonly value: Value | undefined;
	/** Sixteen, or none in a leaf. */
	readonly children: readonly (Child | undefined)[];
}

const high = (byte: number) => byte >> 4;
const low = (byte: number) => byte & 15;

function nibbles(bytes: Uint8Array): number[] {
	return [...bytes].flatMap((byte) => [high(byte), low(byte)]);
}

/** What the first byte says of a node. */
function kind(first: number): { bits: number; leaf: boolean; value: 'none' | 'inline' | 'hashed' } {
	switch (first >> 6) {
		case 0b01:
			return { bits: 6, leaf: true, value: 'inline' };
		case 0b10:
			return { bits: 6, leaf: false, value: 'none' };
		case 0b11:
			return { bits: 6, leaf: false, value: 'inline' };
		default:
			if (first >> 5 === 0b001) return { bits: 5, leaf: true, value: 'hashed' };
			if (first >> 4 === 0b0001) return { bits: 4, leaf: false, value: 'hashed' };
			throw new Malformed('no trie node begins like this');
	}
}

/** The number of half bytes in a node's part of the key. */
function partialLength(reader: Reader, first: number, bits: number): number {
	const most = (1 << bits) - 1;
	let length = first & most;
	if (length < most) return length;
	for (;;) {
		const more = reader.u8();
		length += more;
		if (more < 255) return length;
	}
}

function readPartial(reader: Reader, length: number): number[] {
	const half = nibbles(reader.bytes(Math.ceil(length / 2)));
	if (length % 2 === 1 && half.shift() !== 0) throw new Malformed('the padding of a key is not zero');
	return half;
}

function readChild(reader: Reader): Child {
	const bytes = reader.blob();
	if (bytes.length > HASH_LENGTH) throw new Malformed('a node inside a node is too long');
	return bytes.length === HASH_LENGTH ? { hash: bytes } : { inline: bytes };
}

/** A node, or nothing for the empty trie. */
function readNode(data: Uint8Array): TrieNode | undefined {
	return decode(data, (reader) => {
		const first = reader.u8();
		if (first === 0) return undefined;
		const { bits, leaf, value } = kind(first);
		const partial = readPartial(reader, partialLength(reader, first, bits));
		const bitmap = leaf ? 0 : reader.u16();
		if (!leaf && bitmap === 0) throw new Malformed('a branch has no children');
		const values: Record<typeof value, () => Value | undefined> = {
			none: () => undefined,
			inline: () => ({ inline: reader.blob() }),
			hashed: () => ({ hash: reader.bytes(HASH_LENGTH) }),
		};
		return {
			partial,
			value: values[value](),
			children: Array.from({ length: leaf ? 0 : 16 }, (_, index) =>
				(bitmap & (1 << index)) === 0 ? undefined : readChild(reader),
			),
		};
	});
}

/** A storage proof, as `state_getReadProof` gives it: nodes and values in any order. */
export class TrieProof {
	private readonly parts = new Map<string, Uint8Array>();
	private readonly used = new Set<string>();

	constructor(parts: readonly Uint8Array[]) {
		for (const part of parts) this.parts.set(u8aToHex(blake2AsU8a(part, 256)), part);
		if (this.parts.size !== parts.length) throw new ProofError('the proof has a part twice');
	}

	/**
	 * The value under `key` in the state with that root; undefined if the proof shows that there is
	 * none. Throws if the proof shows neither.
	 */
	read(root: Uint8Array, key: Uint8Array): Uint8Array | undefined {
		let path: readonly number[] = nibbles(key);
		let data = this.part(root, 'the proof does not begin at the state root');
		for (;;) {
			const node = this.decoded(data);
			if (node === undefined) return undefined;
			const { partial, value, children } = node;
			if (partial.some((nibble, index) => nibble !== path[index])) return undefined;
			path = path.slice(partial.length);
			const [next] = path;
			if (next === undefined) {
				if (value === undefined) return undefined;
				return 'inline' in value ? value.inline : this.part(value.hash, 'the proof has no value');
			}
			const child = children[next];
			if (child === undefined) return undefined;
			path = path.slice(1);
			data = 'inline' in child ? child.inline : this.part(child.hash, 'the proof ends on the way');
		}
	}

	/** Parts that no read so far has touched. */
	get unused(): number {
		return this.parts.size - this.used.size;
	}

	private part(hash: Uint8Array, otherwise: string): Uint8Array {
		const name = u8aToHex(hash);
		const part = this.parts.get(name);
		if (part === undefined) throw new ProofError(otherwise);
		this.used.add(name);
		return part;
	}

	private decoded(data: Uint8Array): TrieNode | undefined {
		try {
			return readNode(data);
		} catch (error) {
			if (error instanceof Malformed) throw new ProofError(`a node of the proof: ${error.message}`);
			throw error;
		}
	}
}
