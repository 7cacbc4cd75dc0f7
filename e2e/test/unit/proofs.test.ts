import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import {
	commit,
	commitmentFromHex,
	commitmentToHex,
	keyBytes,
	keyHash,
	occasion,
	permute,
	poseidonConstants,
	proofBytes,
	publicInputs,
	type Curve,
	type SnarkjsKey,
	type SnarkjsProof,
	type Statement,
} from '../../src/proofs.ts';

// The vectors that the Rust tests read too.
const PAGE = readFileSync(new URL('../../../docs/inference-proofs.md', import.meta.url), 'utf8');
const rows = new Map(
	[...PAGE.matchAll(/^\| ([^|]+) \| `([^`]+)` \|$/gm)].map(([, name, value]) => [name!, value!]),
);

function row(name: string): string {
	const value = rows.get(name);
	assert.ok(value !== undefined, `no row ${name}`);
	return value;
}

/** What `circuits/build.ts` writes. */
interface Fixture {
	readonly curve: Curve;
	readonly key: string;
	readonly keyHash: string;
	readonly proof: string;
	readonly statement: Record<'output' | 'input' | 'weights', string> & { readonly job: number };
	readonly publicInputs: readonly string[];
	readonly bytes: Record<'output' | 'input' | 'weights', string>;
	readonly snarkjs: { readonly key: SnarkjsKey; readonly proof: SnarkjsProof };
}

const FIXTURES = ['bn254', 'bls12381'].map((curve) => {
	const file = `../../../primitives/inference-proofs/fixtures/layer-${curve}.json`;
	return JSON.parse(readFileSync(new URL(file, import.meta.url), 'utf8')) as Fixture;
});

describe('commitments', () => {
	it('have the constants and the permutation of the published vectors', () => {
		assert.equal(poseidonConstants('bn254').rounds.length, 65);
		const hex = (curve: Curve): string => permute(curve, [0n, 1n, 2n])[0]!.toString(16);
		assert.equal(hex('bn254'), '115cc0f5e7d690413df64c6b9662e9cf2a3617f2743245519e19607a4417189a');
		assert.equal(hex('bls12381'), '28ce19420fc246a05553ad1e8c98f5c9d67166be2c18e9e4cb4b4e317dd2a78a');
	});

	it('are those of the page', () => {
		for (const [name, curve] of [
			['BN254', 'bn254'],
			['BLS12-381', 'bls12381'],
		] as const) {
			for (const length of [0, 1, 31, 32, 62, 63, 200]) {
				const bytes = Uint8Array.from({ length }, (_, index) => index);
				assert.equal(commitmentToHex(commit(curve, bytes)), row(`${name}, ${length} bytes`));
			}
		}
	});
});

describe('statements', () => {
	it('have the public inputs of the page', () => {
		const delivered = hexToU8a(row('delivered'));
		const statement: Statement = {
			genesis: row('genesis'),
			job: BigInt(row('job')),
			attempt: Number(row('attempt')),
			node: row('node'),
			owner: row('owner'),
			output: commit('bn254', delivered),
			resultHash: blake2AsHex(delivered),
			tokensUsed: Number(row('tokens used')),
			input: commitmentFromHex(row('input commitment')),
			weights: commitmentFromHex(row('weights commitment')),
		};
		assert.equal(commitmentToHex(statement.output), row('output commitment'));
		assert.equal(statement.resultHash, row('result hash'));
		assert.equal(u8aToHex(occasion(statement)), row('occasion'));
		publicInputs(statement).forEach((input, index) => {
			assert.equal(String(input), row(`public input ${index}`));
		});
	});
});

describe('proofs of the circuit', () => {
	for (const fixture of FIXTURES) {
		it(`over ${fixture.curve} become the chain's bytes`, () => {
			const key = keyBytes(fixture.snarkjs.key);
			assert.deepEqual([key.curve, u8aToHex(key.bytes)], [fixture.curve, fixture.key]);
			const proof = proofBytes(fixture.snarkjs.proof);
			assert.deepEqual([proof.curve, u8aToHex(proof.bytes)], [fixture.curve, fixture.proof]);
			assert.equal(keyHash(key.curve, key.bytes), fixture.keyHash);
		});

		it(`over ${fixture.curve} are about the bytes beside them`, () => {
			for (const part of ['output', 'input', 'weights'] as const) {
				const commitment = commit(fixture.curve, hexToU8a(fixture.bytes[part]));
				assert.equal(commitmentToHex(commitment), fixture.statement[part]);
			}
		});
	}

	it('of other systems or with points at infinity are refused', () => {
		const { key, proof } = FIXTURES[0]!.snarkjs;
		assert.throws(() => keyBytes({ ...key, protocol: 'plonk' }), /groth16/);
		assert.throws(() => keyBytes({ ...key, curve: 'secq256r1' }), /no proofs over/);
		assert.throws(() => keyBytes({ ...key, IC: key.IC.slice(1) }), /10 public inputs/);
		assert.throws(() => proofBytes({ ...proof, pi_a: ['0', '1', '0'] }), /infinity/);
		assert.throws(() => proofBytes({ ...proof, pi_c: ['1', '-2', '1'] }), /no number/);
		assert.throws(() => proofBytes({ ...proof, pi_c: ['9'.repeat(90), '2', '1'] }), /modulus/);
	});
});
