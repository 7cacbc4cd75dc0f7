/** Inference proofs: what a proof states, commitments to bytes, and the bytes of keys and proofs. */
import { bnToU8a, hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsU8a } from '@polkadot/util-crypto';

/** A curve that the chain verifies proofs over. */
export type Curve = 'bn254' | 'bls12381';

/** A claim that a proof makes: for this job, these weights make this output of that input. */
export interface Statement {
	/** Hash of the chain's first block, in hex. */
	readonly genesis: string;
	readonly job: bigint;
	readonly attempt: number;
	/** DID of the node. */
	readonly node: string;
	/** Public key of the node's owner when it got the job, in hex. */
	readonly owner: string;
	/** Commitment to the output. */
	readonly output: bigint;
	/** `blake2_256` of the delivered bytes, in hex. */
	readonly resultHash: string;
	readonly tokensUsed: number;
	/** The requester's commitment to the input. */
	readonly input: bigint;
	/** The model version's commitment to its weights. */
	readonly weights: bigint;
}

interface Field {
	/** The curve's name in the chain's metadata, and its index there. */
	readonly variant: string;
	readonly index: number;
	/** Its name in snarkjs and circom. */
	readonly circom: string;
	/** Order of the groups: circuits count modulo this. */
	readonly order: bigint;
	/** Modulus of the coordinates, and their length in bytes. */
	readonly modulus: bigint;
	readonly length: number;
}

/** What there is to know of each curve. */
export const CURVES: Readonly<Record<Curve, Field>> = {
	bn254: {
		variant: 'Bn254',
		index: 0,
		circom: 'bn128',
		order: 0x30644e72e131a029b85045b68181585d2833e84879b9709143e1f593f0000001n,
		modulus: 0x30644e72e131a029b85045b68181585d97816a916871ca8d3c208c16d87cfd47n,
		length: 32,
	},
	bls12381: {
		variant: 'Bls12_381',
		index: 1,
		circom: 'bls12381',
		order: 0x73eda753299d7d483339d80809a1d80553bda402fffe5bfeffffffff00000001n,
		modulus: 0x1a0111ea397fe69a4b1ba7b6434bacd764774b84f38512bf6730d2a0f6b0f6241eabfffeb153ffffb9feffffffffaaabn,
		length: 48,
	},
};

/** Number of public inputs of every circuit. */
export const PUBLIC_INPUTS = 11;
/** Most bytes of an output that the chain commits to. */
export const MAX_OUTPUT_LENGTH = 2_048;

const STATEMENT_TAG = stringToU8a('ai-compute-pbc/proof/v1');
const KEY_TAG = stringToU8a('ai-compute-pbc/proof-key/v1');

/** 32 bytes as two numbers below 2^128, the lower half first. */
function limbs(bytes: Uint8Array): [bigint, bigint] {
	return [fromLittleEndian(bytes.subarray(0, 16)), fromLittleEndian(bytes.subarray(16, 32))];
}

function fromLittleEndian(bytes: Uint8Array): bigint {
	return bytes.reduceRight((value, byte) => (value << 8n) | BigInt(byte), 0n);
}

function fixedBytes(hex: string, length: number): Uint8Array {
	const bytes = hexToU8a(hex);
	if (bytes.length !== length) throw new Error(`${hex} has ${bytes.length} bytes, not ${length}`);
	return bytes;
}

/** A commitment as the 32 bytes in which the chain keeps it, in hex. */
export function commitmentToHex(commitment: bigint): string {
	return u8aToHex(bnToU8a(commitment, { bitLength: 256, isLe: true }));
}

/** A commitment from the chain's 32 bytes. */
export function commitmentFromHex(hex: string): bigint {
	return fromLittleEndian(fixedBytes(hex, 32));
}

/** Hash of the occasion of a proof: chain, job, attempt, node and owner. */
export function occasion(statement: Statement): Uint8Array {
	return blake2AsU8a(
		u8aConcat(
			STATEMENT_TAG,
			fixedBytes(statement.genesis, 32),
			bnToU8a(statement.job, { bitLength: 64, isLe: true }),
			bnToU8a(statement.attempt, { bitLength: 32, isLe: true }),
			blake2AsU8a(stringToU8a(statement.node)),
			fixedBytes(statement.owner, 32),
		),
	);
}

/** The public inputs of a proof of `statement`, in their order. */
export function publicInputs(statement: Statement): bigint[] {
	return [
		...limbs(occasion(statement)),
		...halves(statement.output),
		...limbs(fixedBytes(statement.resultHash, 32)),
		BigInt(statement.tokensUsed),
		...halves(statement.input),
		...halves(statement.weights),
	];
}

function halves(commitment: bigint): [bigint, bigint] {
	return limbs(bnToU8a(commitment, { bitLength: 256, isLe: true }));
}

const WIDTH = 3;
const ROUNDS = 65;
/** Full rounds at each end. */
const FULL_ROUNDS = 4;
const CHUNK = 31;

/** Constants of Poseidon for a state of three elements. */
export interface Constants {
	readonly rounds: readonly (readonly bigint[])[];
	readonly matrix: readonly (readonly bigint[])[];
}

/** The constants, from the generator of the Poseidon paper (its appendix F). */
export function poseidonConstants(curve: Curve): Constants {
	const known = constantsOf.get(curve);
	if (known !== undefined) return known;

	const { order } = CURVES[curve];
	const bits = order.toString(2).length;
	const register = [
		[1, 2],
		[0, 4],
		[bits, 12],
		[WIDTH, 12],
		[2 * FULL_ROUNDS, 10],
		[ROUNDS - 2 * FULL_ROUNDS, 10],
		[2 ** 30 - 1, 30],
	].flatMap(([value, width]) => [...value!.toString(2).padStart(width!, '0')].map(Number));
	const step = (): number => {
		const bit = [62, 51, 38, 23, 13, 0].reduce((sum, tap) => sum ^ register[tap]!, 0);
		register.shift();
		register.push(bit);
		return bit;
	};
	const bit = (): number => {
		while (step() === 0) step();
		return step();
	};
	const number = (): bigint => {
		let value = 0n;
		for (let i = 0; i < bits; i += 1) value = (value << 1n) | BigInt(bit());
		return value;
	};
	const element = (): bigint => {
		for (;;) {
			const value = number();
			if (value < order) return value;
		}
	};
	const times = <T>(count: number, make: () => T): T[] => Array.from({ length: count }, make);

	for (let i = 0; i < 160; i += 1) step();
	const rounds = times(ROUNDS, () => times(WIDTH, element));
	const x = times(WIDTH, () => number() % order);
	const y = times(WIDTH, () => number() % order);
	const matrix = x.map((x) => y.map((y) => power(x + y, order - 2n, order)));
	const constants = { rounds, matrix };
	constantsOf.set(curve, constants);
	return constants;
}

const constantsOf = new Map<Curve, Constants>();

export function power(base: bigint, exponent: bigint, modulus: bigint): bigint {
	let result = 1n;
	let square = base % modulus;
	for (let rest = exponent; rest > 0n; rest >>= 1n) {
		if (rest & 1n) result = (result * square) % modulus;
		square = (square * square) % modulus;
	}
	return result;
}

/** Poseidon's permutation of three elements. */
export function permute(curve: Curve, start: readonly bigint[]): bigint[] {
	const { order } = CURVES[curve];
	const { rounds, matrix } = poseidonConstants(curve);
	let state = [...start];
	rounds.forEach((constants, round) => {
		const full = round < FULL_ROUNDS || round >= ROUNDS - FULL_ROUNDS;
		const changed = state.map((element, index) => {
			const sum = (element + constants[index]!) % order;
			return full || index === 0 ? sum ** 5n % order : sum;
		});
		state = matrix.map(
			(row) => row.reduce((sum, factor, index) => sum + factor * changed[index]!, 0n) % order,
		);
	});
	return state;
}

/** The commitment to `bytes` in circuits over `curve`. */
export function commit(curve: Curve, bytes: Uint8Array): bigint {
	const { order } = CURVES[curve];
	const chunk = (position: number): bigint =>
		fromLittleEndian(bytes.subarray(position, position + CHUNK));
	let state = [BigInt(bytes.length), 0n, 0n];
	for (let position = 0; position === 0 || position < bytes.length; position += 2 * CHUNK) {
		const [first, second, third] = state as [bigint, bigint, bigint];
		state = permute(curve, [
			first,
			(second + chunk(position)) % order,
			(third + chunk(position + CHUNK)) % order,
		]);
	}
	return state[1]!;
}

/** A point of the first group as snarkjs writes it: x, y and 1, in decimal. */
export type FirstPoint = readonly string[];
/** A point of the second group as snarkjs writes it. */
export type SecondPoint = readonly (readonly string[])[];

/** A verifying key as snarkjs exports it. */
export interface SnarkjsKey {
	readonly protocol: string;
	readonly curve: string;
	readonly vk_alpha_1: FirstPoint;
	readonly vk_beta_2: SecondPoint;
	readonly vk_gamma_2: SecondPoint;
	readonly vk_delta_2: SecondPoint;
	readonly IC: readonly FirstPoint[];
}

/** A proof as snarkjs writes it. */
export interface SnarkjsProof {
	readonly protocol: string;
	readonly curve: string;
	readonly pi_a: FirstPoint;
	readonly pi_b: SecondPoint;
	readonly pi_c: FirstPoint;
}

function curveOf(file: { protocol: string; curve: string }): Curve {
	if (file.protocol !== 'groth16') throw new Error(`${file.protocol} is not groth16`);
	const found = Object.entries(CURVES).find(([, { circom }]) => circom === file.curve);
	if (found === undefined) throw new Error(`no proofs over ${file.curve}`);
	return found[0] as Curve;
}

/** A number of the coordinates' field from its decimal digits. */
function coordinate(curve: Curve, digits: string | undefined): bigint {
	if (digits === undefined || !/^[0-9]+$/.test(digits)) throw new Error(`${digits} is no number`);
	const value = BigInt(digits);
	if (value >= CURVES[curve].modulus) throw new Error(`${digits} is not below the modulus`);
	return value;
}

/** Whether y, by its parts with the most significant first, is the larger one of y and -y. */
function isLarger(curve: Curve, y: readonly bigint[]): boolean {
	const decisive = y.find((part) => part !== 0n) ?? 0n;
	return decisive > CURVES[curve].modulus / 2n;
}

/**
 * A compressed point from the parts of its coordinates, the most significant first. BN254: parts with
 * the least significant first, each in little endian, the sign in the top bit of the last byte.
 * BLS12-381: big endian, with the top bits of the first byte for "compressed" and the sign.
 */
function compress(curve: Curve, x: readonly bigint[], y: readonly bigint[]): Uint8Array {
	const bitLength = 8 * CURVES[curve].length;
	const larger = isLarger(curve, y);
	if (curve === 'bn254') {
		const bytes = u8aConcat(...x.toReversed().map((part) => bnToU8a(part, { bitLength, isLe: true })));
		if (larger) bytes[bytes.length - 1]! |= 0x80;
		return bytes;
	}
	const bytes = u8aConcat(...x.map((part) => bnToU8a(part, { bitLength, isLe: false })));
	bytes[0]! |= larger ? 0xa0 : 0x80;
	return bytes;
}

function compressFirst(curve: Curve, point: FirstPoint): Uint8Array {
	const [x, y, z] = point;
	if (z !== '1') throw new Error('a point at infinity');
	return compress(curve, [coordinate(curve, x)], [coordinate(curve, y)]);
}

function compressSecond(curve: Curve, point: SecondPoint): Uint8Array {
	const [x, y, z] = point;
	if (z?.[0] !== '1' || z[1] !== '0') throw new Error('a point at infinity');
	const parts = (pair: readonly string[] | undefined): bigint[] => [
		coordinate(curve, pair?.[1]),
		coordinate(curve, pair?.[0]),
	];
	return compress(curve, parts(x), parts(y));
}

/** The bytes of a verifying key, for the chain, from what snarkjs exports. */
export function keyBytes(key: SnarkjsKey): { curve: Curve; bytes: Uint8Array } {
	const curve = curveOf(key);
	if (key.IC.length !== PUBLIC_INPUTS + 1) {
		throw new Error(`the circuit has ${key.IC.length - 1} public inputs, not ${PUBLIC_INPUTS}`);
	}
	const bytes = u8aConcat(
		compressFirst(curve, key.vk_alpha_1),
		compressSecond(curve, key.vk_beta_2),
		compressSecond(curve, key.vk_gamma_2),
		compressSecond(curve, key.vk_delta_2),
		bnToU8a(key.IC.length, { bitLength: 64, isLe: true }),
		...key.IC.map((point) => compressFirst(curve, point)),
	);
	return { curve, bytes };
}

/** The bytes of a proof, for the chain, from what snarkjs writes. */
export function proofBytes(proof: SnarkjsProof): { curve: Curve; bytes: Uint8Array } {
	const curve = curveOf(proof);
	const bytes = u8aConcat(
		compressFirst(curve, proof.pi_a),
		compressSecond(curve, proof.pi_b),
		compressFirst(curve, proof.pi_c),
	);
	return { curve, bytes };
}

/** The name of a key, in hex: what a requester gives to rely on proofs under it. */
export function keyHash(curve: Curve, key: Uint8Array): string {
	return u8aToHex(blake2AsU8a(u8aConcat(KEY_TAG, [CURVES[curve].index], key)));
}
