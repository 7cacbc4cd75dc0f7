pragma circom 2.1.6;

// Written by build.ts: ROUNDS() and MATRIX() over the scalar field of BLS12-381.
include "constants.circom";

/// The permutation of three elements, as the Poseidon paper writes it: 8 full and 57 partial rounds.
template Permutation() {
	signal input in[3];
	signal output out[3];

	var constants[65][3] = ROUNDS();
	var matrix[3][3] = MATRIX();
	signal squares[65][3];
	signal fourths[65][3];
	signal powers[65][3];
	var state[3] = in;
	for (var round = 0; round < 65; round++) {
		var full = round < 4 || round >= 61;
		for (var i = 0; i < 3; i++) {
			state[i] += constants[round][i];
			if (full || i == 0) {
				squares[round][i] <== state[i] * state[i];
				fourths[round][i] <== squares[round][i] * squares[round][i];
				powers[round][i] <== fourths[round][i] * state[i];
				state[i] = powers[round][i];
			} else {
				squares[round][i] <== 0;
				fourths[round][i] <== 0;
				powers[round][i] <== 0;
			}
		}
		var mixed[3];
		for (var i = 0; i < 3; i++) {
			mixed[i] = 0;
			for (var j = 0; j < 3; j++) {
				mixed[i] += matrix[i][j] * state[j];
			}
		}
		state = mixed;
	}
	out <== state;
}
