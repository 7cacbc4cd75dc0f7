/** What the circuit `layer.circom` computes, computed without it. */

export const INPUTS = 16;
export const OUTPUTS = 8;
export const SHIFT = 6;
export const SALT_LENGTH = 16;

/** A layer and what goes into it. */
export interface Layer {
	readonly salt: Uint8Array;
	readonly input: Int8Array;
	/** Rows of the weights, one for each output. */
	readonly weights: readonly Int8Array[];
	readonly biases: Int32Array;
}

/** The bytes that the requester commits to. */
export function inputBytes({ salt, input }: Layer): Uint8Array {
	return Uint8Array.from([...salt, ...bytesOf(input)]);
}

/** The bytes that the model's owner commits to. */
export function weightBytes({ weights, biases }: Layer): Uint8Array {
	const biasBytes = [...biases].flatMap((bias) => [0, 8, 16, 24].map((bits) => (bias >> bits) & 255));
	return Uint8Array.from([...weights.flatMap((row) => [...bytesOf(row)]), ...biasBytes]);
}

/** The bytes that the node delivers. */
export function outputBytes({ input, weights, biases }: Layer): Uint8Array {
	const outputs = weights.map((row, output) => {
		const sum = row.reduce((sum, weight, index) => sum + weight * input[index]!, biases[output]!);
		return Math.min(127, Math.max(0, Math.floor(sum / 2 ** SHIFT + 0.5)));
	});
	return Uint8Array.from(outputs);
}

function bytesOf(values: Int8Array): Uint8Array {
	return new Uint8Array(values.buffer, values.byteOffset, values.length);
}

/** A layer whose outputs are zero, in between and at the maximum. */
export const EXAMPLE: Layer = {
	salt: Uint8Array.from({ length: SALT_LENGTH }, (_, i) => 17 * i),
	input: Int8Array.from({ length: INPUTS }, (_, i) => 11 * i - 80),
	weights: Array.from({ length: OUTPUTS }, (_, o) =>
		Int8Array.from({ length: INPUTS }, (_, i) => ((29 * (i + 1) * (o + 2)) % 127) - 60),
	),
	biases: Int32Array.from({ length: OUTPUTS }, (_, o) => 1_000 * (o - 3)),
};
