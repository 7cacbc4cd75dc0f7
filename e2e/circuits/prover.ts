/** Compiles the circuit, sets it up and proves with it, by the programs of circom2 and snarkjs. */
import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { blake2AsHex } from '@polkadot/util-crypto';
import {
	CURVES,
	commit,
	keyBytes,
	poseidonConstants,
	proofBytes,
	publicInputs,
	type Curve,
	type SnarkjsKey,
	type SnarkjsProof,
	type Statement,
} from '../src/proofs.ts';
import { OUTPUTS, inputBytes, outputBytes, weightBytes, type Layer } from './layer.ts';
import { writePowersOfTau } from './ptau.ts';

const HERE = fileURLToPath(new URL('.', import.meta.url));
/** The circuit has at most 2 to this many constraints. */
const POWER = 13;

const run = promisify(execFile);

/** What proving under a key needs. */
export interface SetUp {
	readonly curve: Curve;
	readonly folder: string;
	readonly snarkjsKey: SnarkjsKey;
	/** The verifying key, for the chain. */
	readonly key: Uint8Array;
}

/** A proof and all that goes with it. */
export interface Proven {
	readonly proof: Uint8Array;
	readonly snarkjsProof: SnarkjsProof;
	readonly publicInputs: readonly bigint[];
}

/** Whether the programs are there. */
export function haveTools(): boolean {
	return ['circom2', 'snarkjs'].every((tool) => existsSync(program(tool)));
}

function program(name: string): string {
	return join(HERE, 'node_modules', '.bin', name);
}

async function snarkjs(...args: string[]): Promise<void> {
	await run(program('snarkjs'), args, { cwd: HERE, maxBuffer: 2 ** 26 });
}

async function readJson<T>(file: string): Promise<T> {
	return JSON.parse(await readFile(file, 'utf8')) as T;
}

/** Compiles the circuit and sets it up, or takes what an earlier call has left. */
export async function setUp(curve: Curve, log: (line: string) => void = () => {}): Promise<SetUp> {
	if (!haveTools()) throw new Error('the tools are missing: npm ci in e2e/circuits');
	const folder = join(HERE, 'build', curve);
	const final = join(folder, 'layer.zkey');
	const exported = join(folder, 'verification_key.json');
	if (!existsSync(exported)) {
		await rm(folder, { recursive: true, force: true });
		await mkdir(folder, { recursive: true });
		log(`${curve}: compiling`);
		await compile(curve);
		log(`${curve}: set-up`);
		const file = (name: string): string => join(folder, name);
		const entropy = (): string => `-e=${randomBytes(32).toString('hex')}`;
		await writePowersOfTau(curve, POWER, file('tau.ptau'));
		await snarkjs('groth16', 'setup', file('layer.r1cs'), file('tau.ptau'), file('0.zkey'));
		await snarkjs('zkey', 'contribute', file('0.zkey'), final, entropy());
		await Promise.all(['tau.ptau', '0.zkey'].map((name) => rm(file(name))));
		await snarkjs('zkey', 'export', 'verificationkey', final, exported);
	}
	const snarkjsKey = await readJson<SnarkjsKey>(exported);
	return { curve, folder, snarkjsKey, key: keyBytes(snarkjsKey).bytes };
}

async function compile(curve: Curve): Promise<void> {
	if (curve === 'bls12381') {
		const file = join(HERE, 'bls12381', 'constants.circom');
		await writeFile(file, constantsFile(curve));
	}
	// The compiler reads and writes below its working directory only.
	const args = ['layer.circom', '--r1cs', '--wasm', '--prime', CURVES[curve].circom];
	await run(program('circom2'), [...args, '-l', curve, '-l', 'node_modules', '-o', `build/${curve}`], {
		cwd: HERE,
	});
}

function constantsFile(curve: Curve): string {
	const { rounds, matrix } = poseidonConstants(curve);
	const list = (name: string, rows: readonly (readonly bigint[])[]): string =>
		`function ${name}() {\n\treturn [\n${rows.map((row) => `\t\t[${row.join(', ')}]`).join(',\n')}\n\t];\n}\n`;
	return `pragma circom 2.1.6;\n\n${list('ROUNDS', rounds)}\n${list('MATRIX', matrix)}`;
}

/** Which chain, job, attempt, node and owner a statement is about. */
export type Occasion = Pick<Statement, 'genesis' | 'job' | 'attempt' | 'node' | 'owner'>;

/** The true statement about `layer`. */
export function statementOf(curve: Curve, occasion: Occasion, layer: Layer): Statement {
	return {
		...occasion,
		input: commit(curve, inputBytes(layer)),
		output: commit(curve, outputBytes(layer)),
		weights: commit(curve, weightBytes(layer)),
		resultHash: blake2AsHex(outputBytes(layer)),
		tokensUsed: OUTPUTS,
	};
}

/** What the circuit is given. */
function signals(inputs: readonly bigint[], layer: Layer): Record<string, unknown> {
	const text = inputs.map(String);
	return {
		occasion: text.slice(0, 2),
		outputCommitment: text.slice(2, 4),
		resultHash: text.slice(4, 6),
		tokensUsed: text[6],
		inputCommitment: text.slice(7, 9),
		weightsCommitment: text.slice(9, 11),
		data: [...inputBytes(layer)],
		weights: [...weightBytes(layer)],
	};
}

/** Works in a folder that is removed afterwards. */
async function inFolder<T>(set: SetUp, work: (file: (name: string) => string) => Promise<T>): Promise<T> {
	const folder = await mkdtemp(join(set.folder, 'work-'));
	try {
		return await work((name) => join(folder, name));
	} finally {
		await rm(folder, { recursive: true, force: true });
	}
}

async function writeWitness(
	set: SetUp,
	inputs: readonly bigint[],
	layer: Layer,
	file: (name: string) => string,
): Promise<void> {
	await writeFile(file('input.json'), JSON.stringify(signals(inputs, layer)));
	const program = join(set.folder, 'layer_js', 'layer.wasm');
	await snarkjs('wtns', 'calculate', program, file('input.json'), file('witness.wtns'));
}

/** Proves `statement` about `layer`. Fails if it is not true. */
export async function prove(set: SetUp, statement: Statement, layer: Layer): Promise<Proven> {
	const inputs = publicInputs(statement);
	return inFolder(set, async (file) => {
		await writeWitness(set, inputs, layer, file);
		const zkey = join(set.folder, 'layer.zkey');
		const [proof, shown] = [file('proof.json'), file('public.json')];
		await snarkjs('groth16', 'prove', zkey, file('witness.wtns'), proof, shown);
		const key = join(set.folder, 'verification_key.json');
		await snarkjs('groth16', 'verify', key, shown, proof);
		const shownInputs = (await readJson<string[]>(shown)).map(BigInt);
		if (shownInputs.join() !== inputs.join()) throw new Error('the circuit has other public inputs');
		const snarkjsProof = await readJson<SnarkjsProof>(proof);
		return { proof: proofBytes(snarkjsProof).bytes, snarkjsProof, publicInputs: inputs };
	});
}

/** Whether the circuit can be satisfied for `statement` and `layer`, by the calculation of a witness. */
export async function isSatisfiable(set: SetUp, statement: Statement, layer: Layer): Promise<boolean> {
	return inFolder(set, async (file) => {
		try {
			await writeWitness(set, publicInputs(statement), layer, file);
			return true;
		} catch {
			return false;
		}
	});
}

/**
 * Changes each public input of a true statement in turn, in the witness itself, and gives the positions
 * whose change the constraints do not notice.
 */
export async function unboundInputs(set: SetUp, statement: Statement, layer: Layer): Promise<number[]> {
	const inputs = publicInputs(statement);
	return inFolder(set, async (file) => {
		await writeWitness(set, inputs, layer, file);
		const witness = await readFile(file('witness.wtns'));
		const r1cs = join(set.folder, 'layer.r1cs');
		const holds = async (bytes: Uint8Array): Promise<boolean> => {
			await writeFile(file('changed.wtns'), bytes);
			const { stdout } = await run(program('snarkjs'), ['wtns', 'check', r1cs, file('changed.wtns')]).catch(
				(error: { stdout: string }) => error,
			);
			return stdout.includes('WITNESS IS CORRECT');
		};
		if (!(await holds(witness))) throw new Error('the witness of a true statement is refused');
		// The values, 32 bytes each, are the file's end; the first is the constant 1.
		const start = witness.length - 32 * witnessLength(witness);
		const unbound: number[] = [];
		for (const position of inputs.keys()) {
			const changed = Uint8Array.from(witness);
			changed[start + 32 * (position + 1)]! ^= 1;
			if (await holds(changed)) unbound.push(position);
		}
		return unbound;
	});
}

/** Number of values in a witness file: the last field of its first section. */
function witnessLength(witness: Buffer): number {
	const header = 12 + 12;
	const fieldLength = witness.readUInt32LE(header);
	return witness.readUInt32LE(header + 4 + fieldLength);
}
