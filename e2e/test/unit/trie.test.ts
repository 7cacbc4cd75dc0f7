import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hexToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';
import { ProofError, TrieProof } from '../../src/trie.ts';

interface Case {
	readonly name: string;
	readonly root: string;
	readonly key: string;
	readonly value: string | null;
	readonly proof: readonly string[];
}

const fixture = (name: string) => readFileSync(new URL(`../fixtures/${name}`, import.meta.url), 'utf8');
/** Made by a node: `state_getReadProof` and `state_getStorage`. */
const fromNode = JSON.parse(fixture('read-proofs.json')) as readonly Case[];
/** Made by the SDK's own trie, in both layouts: see `integration-tests/tests/cross_chain/proofs.rs`. */
const fromSdk = JSON.parse(fixture('trie-proofs.json')) as readonly Case[];

const bytes = (hex: string) => hexToU8a(hex);

function read({ root, key, proof }: Pick<Case, 'root' | 'key' | 'proof'>): string | null {
	const trie = new TrieProof(proof.map(bytes));
	const value = trie.read(bytes(root), bytes(key));
	assert.equal(trie.unused, 0, 'parts that prove nothing');
	return value === undefined ? null : u8aToHex(value);
}

describe('trie proofs', () => {
	for (const [source, cases] of [
		['of a node', fromNode],
		['of the SDK', fromSdk],
	] as const) {
		for (const one of cases) {
			it(`${source} show ${one.name}`, () => assert.equal(read(one), one.value));
		}
	}

	it('have values of both layouts, and absent ones', () => {
		const first = fromSdk.flatMap(({ proof }) => proof.map((part) => bytes(part)[0] ?? 0));
		for (const [kind, shift, value] of [
			['leaf', 6, 0b01],
			['branch', 6, 0b10],
			['branch with a value', 6, 0b11],
			['leaf with a hash', 5, 0b001],
			['branch with a hash', 4, 0b0001],
		] as const) {
			assert.ok(
				first.some((byte) => byte >> shift === value),
				kind,
			);
		}
		assert.ok([...fromNode, ...fromSdk].some(({ value }) => value === null));
	});

	it('say nothing once a byte of them is changed', () => {
		for (const one of [...fromNode, ...fromSdk]) {
			for (const [index, part] of one.proof.entries()) {
				const data = bytes(part);
				// Each byte of short parts, some of long ones.
				const step = Math.max(1, Math.floor(data.length / 40));
				for (let at = 0; at < data.length; at += step) {
					const changed = Uint8Array.from(data);
					changed[at] = (data[at] ?? 0) ^ 0x01;
					const proof = one.proof.with(index, u8aToHex(changed));
					assert.throws(() => read({ ...one, proof }), ProofError, `${one.name}, part ${index}`);
				}
			}
		}
	});

	it('say nothing with a part less, and are noticed to have one more', () => {
		for (const one of [...fromNode, ...fromSdk]) {
			for (const index of one.proof.keys()) {
				const proof = one.proof.toSpliced(index, 1);
				assert.throws(() => read({ ...one, proof }), ProofError, one.name);
			}
			const more = new TrieProof([...one.proof.map(bytes), Uint8Array.of(1, 2, 3)]);
			more.read(bytes(one.root), bytes(one.key));
			assert.equal(more.unused, 1);
			const twice = [...one.proof, one.proof[0] ?? ''];
			assert.throws(() => read({ ...one, proof: twice }), ProofError);
		}
	});

	it('say nothing about another root', () => {
		for (const { proof, key } of fromNode) {
			assert.throws(() => read({ root: `0x${'00'.repeat(32)}`, key, proof }), ProofError);
		}
	});

	it('of one key do not pass for proofs of another', () => {
		const [record] = fromNode.filter(({ name }) => name === 'a record');
		assert.ok(record);
		// Another job of the same map: the proof leads there, but not to an end.
		const key = Uint8Array.from(bytes(record.key));
		key[33] = (key[33] ?? 0) ^ 0xff;
		const other = { ...record, key: u8aToHex(key) };
		try {
			assert.equal(read(other), null);
		} catch (error) {
			assert.ok(error instanceof ProofError || error instanceof assert.AssertionError);
		}
	});
});

describe('trie nodes', () => {
	const over = (...parts: (Uint8Array | number[])[]) => {
		const node = u8aConcat(...parts);
		return { root: u8aToHex(blake2AsU8a(node, 256)), proof: [u8aToHex(node)] };
	};
	const KEY = '0x1234';

	it('an empty trie has nothing', () => {
		assert.equal(read({ ...over([0]), key: KEY }), null);
	});

	it('a leaf has its value under its whole key only', () => {
		const leaf = over([0b0100_0100, 0x12, 0x34], [3 << 2, 7, 8, 9]);
		assert.equal(read({ ...leaf, key: KEY }), '0x070809');
		for (const key of ['0x12', '0x123456', '0x1235', '0x']) assert.equal(read({ ...leaf, key }), null);
	});

	it('a key of an odd number of half bytes begins with a zero', () => {
		// Root branch at no half byte, child 1 is a leaf with 2, 3, 4.
		const leaf = [0b0100_0011, 0x02, 0x34, 4, 9];
		const branch = over([0b1000_0000, 0b10, 0], [leaf.length << 2], leaf);
		assert.equal(read({ ...branch, key: KEY }), '0x09');
		const bad = [0b0100_0011, 0x12, 0x34, 4, 9];
		const broken = over([0b1000_0000, 0b10, 0], [bad.length << 2], bad);
		assert.throws(() => read({ ...broken, key: KEY }), /padding/);
	});

	it('long keys have their length in more bytes', () => {
		for (const length of [31, 32, 63, 64, 159, 160]) {
			const key = new Uint8Array(length).fill(0xab);
			const half = length * 2;
			const rest: number[] = [];
			let left = half - 63;
			while (left >= 255) {
				rest.push(255);
				left -= 255;
			}
			const header = half < 63 ? [0x40 | half] : [0x7f, ...rest, left];
			assert.equal(read({ ...over(header, key, [4, 1]), key: u8aToHex(key) }), '0x01', `${length}`);
		}
	});

	it('what no trie has is refused', () => {
		for (const [what, node] of [
			['an unknown kind', [0b0000_0001, 0, 0]],
			['a branch without children', [0b1000_0000, 0, 0]],
			['a value that ends too early', [0b0100_0100, 0x12, 0x34, 200, 1]],
			['bytes behind the end', [0b0100_0100, 0x12, 0x34, 4, 1, 1]],
			['nothing', []],
			['a length that is not its shortest form', [0b0100_0100, 0x12, 0x34, 0b0000_0101, 0, 9]],
		] as const) {
			assert.throws(() => read({ ...over([...node]), key: KEY }), ProofError, what);
		}
	});
});
