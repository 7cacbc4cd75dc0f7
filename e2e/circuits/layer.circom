pragma circom 2.1.6;

include "commitment.circom";

/// A fully connected layer of a quantised network: signed bytes in, weights and biases of 8 and 32 bits,
/// out = min(127, max(0, round((weights · in + bias) / 2^shift))), halves rounded up.
///
/// | committed to | bytes |
/// |---|---|
/// | input | 16 bytes of salt, then `inputs` signed bytes |
/// | weights | `outputs` rows of `inputs` signed bytes, then `outputs` biases of four bytes, the least significant first |
/// | output | `outputs` bytes |
///
/// A token is one output.
template Layer(inputs, outputs, shift) {
	// Public, in the order in which the chain computes them.
	signal input occasion[2];
	signal input outputCommitment[2];
	signal input resultHash[2];
	signal input tokensUsed;
	signal input inputCommitment[2];
	signal input weightsCommitment[2];
	// Secret.
	signal input data[16 + inputs];
	signal input weights[outputs * inputs + 4 * outputs];

	for (var i = 0; i < 2; i++) {
		Bind()(occasion[i]);
		Bind()(resultHash[i]);
	}
	tokensUsed === outputs;

	component commitInput = Commitment(16 + inputs);
	commitInput.bytes <== data;
	OpensAs()(commitInput.out, inputCommitment);
	component commitWeights = Commitment(outputs * inputs + 4 * outputs);
	commitWeights.bytes <== weights;
	OpensAs()(commitWeights.out, weightsCommitment);

	signal salt[16];
	for (var i = 0; i < 16; i++) {
		salt[i] <== SignedByte()(data[i]);
	}
	signal x[inputs];
	for (var i = 0; i < inputs; i++) {
		x[i] <== SignedByte()(data[16 + i]);
	}
	signal w[outputs][inputs];
	signal product[outputs][inputs];
	component biasBits[outputs][4];
	component sum[outputs];
	signal high[outputs];
	signal highInverse[outputs];
	signal small[outputs];
	signal magnitude[outputs];
	signal y[outputs];
	for (var o = 0; o < outputs; o++) {
		var total = 0;
		for (var i = 0; i < inputs; i++) {
			w[o][i] <== SignedByte()(weights[o * inputs + i]);
			product[o][i] <== w[o][i] * x[i];
			total += product[o][i];
		}
		for (var i = 0; i < 4; i++) {
			biasBits[o][i] = Bits(8);
			biasBits[o][i].in <== weights[outputs * inputs + 4 * o + i];
			total += biasBits[o][i].in * (1 << (8 * i));
		}
		total -= biasBits[o][3].out[7] * (1 << 32);

		// The sum lies between -2^33 and 2^33: 2^33 more is a number of 34 bits whose top one says that
		// the sum is not negative.
		sum[o] = Bits(34);
		sum[o].in <== total + (1 << (shift - 1)) + (1 << 33);
		var low = 0;
		for (var i = 0; i < 7; i++) {
			low += sum[o].out[shift + i] * (1 << i);
		}
		var above = 0;
		for (var i = shift + 7; i < 33; i++) {
			above += sum[o].out[i];
		}
		// small = 1 if none of the bits above the seventh is set, else 0.
		high[o] <== above;
		highInverse[o] <-- high[o] == 0 ? 0 : 1 / high[o];
		small[o] <== 1 - high[o] * highInverse[o];
		small[o] * high[o] === 0;
		magnitude[o] <== 127 + small[o] * (low - 127);
		y[o] <== sum[o].out[33] * magnitude[o];
	}
	component commitOutput = Commitment(outputs);
	commitOutput.bytes <== y;
	OpensAs()(commitOutput.out, outputCommitment);
}

component main {
	public [occasion, outputCommitment, resultHash, tokensUsed, inputCommitment, weightsCommitment]
} = Layer(16, 8, 6);
