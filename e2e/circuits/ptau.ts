/**
 * Powers of tau for tests, written straight into the form that snarkjs takes for its second phase.
 *
 * snarkjs makes that form by transforms over curve points, which take it minutes. Whoever knows tau
 * needs none: each point is the generator times a number. So this is for set-ups of one machine, which
 * knows the secrets anyway and forgets them.
 */
import { randomBytes } from 'node:crypto';
import { writeFile } from 'node:fs/promises';
import { bls12_381 } from '@noble/curves/bls12-381.js';
import { bn254 } from '@noble/curves/bn254.js';
import { CURVES, power, type Curve } from '../src/proofs.ts';

const GROUPS = { bn254, bls12381: bls12_381 } as const;

/** Sections of the file, as snarkjs counts them. */
const SECTIONS = {
	header: 1,
	tauG1: 2,
	alphaG1: 4,
	betaG1: 5,
	betaG2: 6,
	lagrangeG1: 12,
	lagrangeG2: 13,
	alphaLagrangeG1: 14,
	betaLagrangeG1: 15,
} as const;

/** Writes the file for circuits of at most 2 to `log` constraints. */
export async function writePowersOfTau(curve: Curve, log: number, file: string): Promise<void> {
	const { order, modulus, length } = CURVES[curve];
	const [tau, alpha, beta] = [secret(order), secret(order), secret(order)];
	const size = 2 ** log;
	const lagrange = lagrangeAt(tau, order, log);
	// What snarkjs takes for the quotient: every second one over the domain that is twice as large.
	const odd = lagrangeAt(tau, order, log + 1).filter((_, index) => index % 2 === 1);

	const encoding = encodings(curve, modulus, length);
	const first = (scalars: readonly bigint[]) => encoding.first(scalars.map((s) => s % order));
	const second = (scalars: readonly bigint[]) => encoding.second(scalars.map((s) => s % order));
	const [g1, g2] = [2 * length, 4 * length];
	/** Points of a power come behind those of all lower powers, which nobody reads. */
	const behind = (points: Buffer, pointLength: number) =>
		Buffer.concat([Buffer.alloc((size - 1) * pointLength), points]);
	const spread = (points: Buffer) => {
		const all = Buffer.alloc(2 * points.length);
		for (let at = 0; at < points.length; at += g1) points.copy(all, 2 * at + g1, at, at + g1);
		return all;
	};

	await writeFile(
		file,
		sections([
			[SECTIONS.header, header(modulus, length, log)],
			// Goes into a hash that names the circuit, and into nothing else.
			[SECTIONS.tauG1, Buffer.alloc((2 * size - 1) * g1)],
			[SECTIONS.alphaG1, first([alpha])],
			[SECTIONS.betaG1, first([beta])],
			[SECTIONS.betaG2, second([beta])],
			[SECTIONS.lagrangeG1, Buffer.concat([behind(first(lagrange), g1), spread(first(odd))])],
			[SECTIONS.lagrangeG2, behind(second(lagrange), g2)],
			[SECTIONS.alphaLagrangeG1, behind(first(lagrange.map((value) => alpha * value)), g1)],
			[SECTIONS.betaLagrangeG1, behind(first(lagrange.map((value) => beta * value)), g1)],
		]),
	);
}

/** A number below the order, not zero. */
function secret(order: bigint): bigint {
	return (BigInt(`0x${randomBytes(64).toString('hex')}`) % (order - 1n)) + 1n;
}

/** The Lagrange polynomials over the roots of unity of the order 2 to `log`, at `tau`. */
function lagrangeAt(tau: bigint, order: bigint, log: number): bigint[] {
	let nonResidue = 2n;
	while (power(nonResidue, (order - 1n) / 2n, order) === 1n) nonResidue += 1n;
	const size = 2 ** log;
	const root = power(nonResidue, (order - 1n) / BigInt(size), order);
	const points = [1n];
	while (points.length < size) points.push((points.at(-1)! * root) % order);
	const inverses = invertAll(points.map((point) => (tau - point + order) % order), order);
	const vanishing = (power(tau, BigInt(size), order) - 1n + order) % order;
	const factor = (vanishing * power(BigInt(size), order - 2n, order)) % order;
	return points.map((point, index) => (((point * factor) % order) * inverses[index]!) % order);
}

/** The inverses of numbers that are not zero, by one inversion. */
function invertAll(values: readonly bigint[], order: bigint): bigint[] {
	let product = 1n;
	const before = values.map((value) => {
		const soFar = product;
		product = (product * value) % order;
		return soFar;
	});
	let rest = power(product, order - 2n, order);
	const inverses = new Array<bigint>(values.length);
	for (let index = values.length - 1; index >= 0; index -= 1) {
		inverses[index] = (rest * before[index]!) % order;
		rest = (rest * values[index]!) % order;
	}
	return inverses;
}

/** Multiples of the generators, as snarkjs keeps points: x and y in Montgomery's form. */
function encodings(curve: Curve, modulus: bigint, length: number) {
	const { G1, G2 } = GROUPS[curve];
	const [First, Second] = [G1.Point, G2.Point];
	First.BASE.precompute(8);
	Second.BASE.precompute(8);
	const bits = BigInt(8 * length);
	const coordinate = (value: bigint): Buffer => {
		const hex = ((value << bits) % modulus).toString(16).padStart(2 * length, '0');
		return Buffer.from(hex, 'hex').reverse();
	};
	return {
		first(scalars: readonly bigint[]): Buffer {
			const points = First.normalizeZ(scalars.map((scalar) => First.BASE.multiplyUnsafe(scalar)));
			return Buffer.concat(points.flatMap(({ x, y }) => [x, y].map(coordinate)));
		},
		second(scalars: readonly bigint[]): Buffer {
			const points = Second.normalizeZ(scalars.map((scalar) => Second.BASE.multiplyUnsafe(scalar)));
			return Buffer.concat(points.flatMap(({ x, y }) => [x.c0, x.c1, y.c0, y.c1].map(coordinate)));
		},
	};
}

function header(modulus: bigint, length: number, log: number): Buffer {
	const prime = Buffer.from(modulus.toString(16).padStart(2 * length, '0'), 'hex').reverse();
	return Buffer.concat([u32(length), prime, u32(log), u32(log)]);
}

/** The file: its name, version and number of sections, and each section behind number and length. */
function sections(parts: readonly (readonly [id: number, content: Buffer])[]): Buffer {
	const content = parts.flatMap(([id, bytes]) => {
		const size = Buffer.alloc(8);
		size.writeBigUInt64LE(BigInt(bytes.length));
		return [u32(id), size, bytes];
	});
	return Buffer.concat([Buffer.from('ptau'), u32(1), u32(parts.length), ...content]);
}

function u32(value: number): Buffer {
	const bytes = Buffer.alloc(4);
	bytes.writeUInt32LE(value);
	return bytes;
}
