/** Command line of the circuits. */
import { randomBytes } from 'node:crypto';
import { readFile, writeFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { u8aToHex } from '@polkadot/util';
import {
	CURVES,
	commitmentToHex,
	keyHash,
	type Curve,
	type SnarkjsKey,
	type SnarkjsProof,
	type Statement,
} from '../src/proofs.ts';
import {
	EXAMPLE,
	INPUTS,
	OUTPUTS,
	SALT_LENGTH,
	inputBytes,
	outputBytes,
	weightBytes,
	type Layer,
} from './layer.ts';
import {
	isSatisfiable,
	prove,
	setUp,
	statementOf,
	unboundInputs,
	type Occasion,
	type SetUp,
} from './prover.ts';

const HELP = `Sets up the circuit and proves with it.

  npm run fixtures                 new keys and proofs for the tests, over both curves
  npm run prove -- --occasion F    prints a proof for the chain, job, attempt, node and owner in F
  npm run check:circuit            the circuit against its twin in TypeScript, and for unbound inputs

  --curve C      bn254 (the default) or bls12381
  --occasion F   JSON: genesis, node (DID), owner (hex), job, attempt
  --help         this text
`;

/** The occasion of the fixtures. */
const OCCASION: Occasion = {
	genesis: `0x${'11'.repeat(32)}`,
	job: 7n,
	attempt: 1,
	node: 'did:etrid:gpu:vector',
	owner: `0x${'22'.repeat(32)}`,
};

/** A key and a proof as the tests read them. */
interface Fixture {
	readonly curve: string;
	readonly key: string;
	readonly keyHash: string;
	readonly proof: string;
	readonly statement: Record<string, string | number>;
	readonly publicInputs: readonly string[];
	readonly bytes: { readonly input: string; readonly weights: string; readonly output: string };
	readonly snarkjs: { readonly key: SnarkjsKey; readonly proof: SnarkjsProof };
}

async function fixture(set: SetUp, occasion: Occasion, layer: Layer): Promise<Fixture> {
	const statement = statementOf(set.curve, occasion, layer);
	const { proof, snarkjsProof, publicInputs } = await prove(set, statement, layer);
	return {
		curve: set.curve,
		key: u8aToHex(set.key),
		keyHash: keyHash(set.curve, set.key),
		proof: u8aToHex(proof),
		statement: {
			...statement,
			job: Number(statement.job),
			output: commitmentToHex(statement.output),
			input: commitmentToHex(statement.input),
			weights: commitmentToHex(statement.weights),
		},
		publicInputs: publicInputs.map(String),
		bytes: {
			input: u8aToHex(inputBytes(layer)),
			weights: u8aToHex(weightBytes(layer)),
			output: u8aToHex(outputBytes(layer)),
		},
		snarkjs: { key: set.snarkjsKey, proof: snarkjsProof },
	};
}

function signed(bits: 8 | 32, length: number): number[] {
	return Array.from({ length }, () => {
		const bytes = randomBytes(4);
		return bits === 8 ? bytes.readInt8() : bytes.readInt32LE();
	});
}

/** A layer of random numbers, whose sums are of all sizes. */
function randomLayer(round: number): Layer {
	return {
		salt: randomBytes(SALT_LENGTH),
		input: Int8Array.from(signed(8, INPUTS)),
		weights: Array.from({ length: OUTPUTS }, () => Int8Array.from(signed(8, INPUTS))),
		biases: Int32Array.from(signed(32, OUTPUTS).map((bias) => bias >> (round % 32))),
	};
}

/** Layers at the ends of what there is, and around each edge of rounding and cutting. */
function edgeLayers(): Layer[] {
	const uniform = (input: number, weight: number, biases: number[]): Layer => ({
		salt: new Uint8Array(SALT_LENGTH).fill(255),
		input: new Int8Array(INPUTS).fill(input),
		weights: Array.from({ length: OUTPUTS }, () => new Int8Array(INPUTS).fill(weight)),
		biases: Int32Array.from(biases),
	});
	const lowest = -(2 ** 31);
	const highest = 2 ** 31 - 1;
	return [
		uniform(-128, -128, [highest, highest - 1, lowest, lowest + 1, 0, 1, -1, -262_144]),
		uniform(-128, 127, [highest, lowest, 260_096, 260_095, 260_127, 260_128, 260_129, 268_223]),
		uniform(0, 0, [0, 31, 32, 33, -31, -32, -33, -1]),
		uniform(0, 0, [95, 96, 8_095, 8_096, 8_127, 8_128, 8_159, 8_160]),
	];
}

async function checkCircuit(set: SetUp): Promise<void> {
	const layers = [...edgeLayers(), ...Array.from({ length: 32 }, (_, round) => randomLayer(round))];
	for (const layer of layers) {
		const statement = statementOf(set.curve, OCCASION, layer);
		const untrue: Statement[] = [
			{ ...statement, tokensUsed: OUTPUTS + 1 },
			{ ...statement, output: (statement.output + 1n) % CURVES[set.curve].order },
		];
		if (!(await isSatisfiable(set, statement, layer))) {
			throw new Error(`${set.curve}: a true statement is refused: ${JSON.stringify(layer)}`);
		}
		for (const other of untrue) {
			if (await isSatisfiable(set, other, layer)) throw new Error(`${set.curve}: an untrue statement`);
		}
	}
	const unbound = await unboundInputs(set, statementOf(set.curve, OCCASION, EXAMPLE), EXAMPLE);
	if (unbound.length > 0) throw new Error(`${set.curve}: unbound public inputs ${unbound.join()}`);
	console.log(`${set.curve}: agrees with its twin on ${layers.length} layers; all public inputs bound`);
}

const { values } = parseArgs({
	options: {
		check: { type: 'boolean' },
		curve: { type: 'string', default: 'bn254' },
		fixtures: { type: 'boolean' },
		help: { type: 'boolean', short: 'h' },
		occasion: { type: 'string' },
	},
});
const curves = Object.keys(CURVES) as Curve[];
const curve = curves.find((curve) => curve === values.curve);

if (values.fixtures) {
	for (const curve of curves) {
		const made = await fixture(await setUp(curve, console.log), OCCASION, EXAMPLE);
		const file = new URL(`../../primitives/inference-proofs/fixtures/layer-${curve}.json`, import.meta.url);
		await writeFile(file, `${JSON.stringify(made, null, '\t')}\n`);
		console.log(`written: ${fileURLToPath(file)}`);
	}
} else if (values.check) {
	for (const curve of curves) await checkCircuit(await setUp(curve, console.log));
} else if (values.occasion !== undefined && curve !== undefined) {
	const { job, ...rest } = JSON.parse(await readFile(values.occasion, 'utf8')) as Occasion;
	const occasion = { ...rest, job: BigInt(job) };
	console.log(JSON.stringify(await fixture(await setUp(curve, console.error), occasion, EXAMPLE), null, '\t'));
} else {
	console.log(HELP);
	if (!values.help) process.exitCode = 1;
}
