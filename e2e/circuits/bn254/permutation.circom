pragma circom 2.1.6;

include "circomlib/circuits/poseidon.circom";

/// The permutation of three elements, circomlib's.
template Permutation() {
	signal input in[3];
	signal output out[3];

	component poseidon = PoseidonEx(2, 3);
	poseidon.initialState <== in[0];
	poseidon.inputs[0] <== in[1];
	poseidon.inputs[1] <== in[2];
	out <== poseidon.out;
}
