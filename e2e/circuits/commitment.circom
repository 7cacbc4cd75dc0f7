pragma circom 2.1.6;

// From the folder of the curve.
include "permutation.circom";

/// Checks that `in` is below 2^n, and gives its bits, the least significant first.
template Bits(n) {
	signal input in;
	signal output out[n];

	var sum = 0;
	for (var i = 0; i < n; i++) {
		out[i] <-- (in >> i) & 1;
		out[i] * (out[i] - 1) === 0;
		sum += out[i] * (1 << i);
	}
	sum === in;
}

/// One byte as the number that it is in two's complement.
template SignedByte() {
	signal input in;
	signal output out;

	component bits = Bits(8);
	bits.in <== in;
	out <== in - 256 * bits.out[7];
}

/// The commitment to `length` bytes. Whoever uses it checks that they are bytes.
template Commitment(length) {
	signal input bytes[length];
	signal output out;

	var blocks = length == 0 ? 1 : (length + 61) \ 62;
	component permutations[blocks];
	for (var block = 0; block < blocks; block++) {
		permutations[block] = Permutation();
		permutations[block].in[0] <== block == 0 ? length : permutations[block - 1].out[0];
		for (var part = 0; part < 2; part++) {
			var chunk = block == 0 ? 0 : permutations[block - 1].out[1 + part];
			for (var i = 0; i < 31; i++) {
				var position = 62 * block + 31 * part + i;
				if (position < length) {
					chunk += bytes[position] * (1 << (8 * i));
				}
			}
			permutations[block].in[1 + part] <== chunk;
		}
	}
	out <== permutations[blocks - 1].out[1];
}

/// A commitment equals the two halves in which the chain passes it. The chain passes halves below 2^128
/// of a number below the modulus, so nothing needs to be checked of them here.
template OpensAs() {
	signal input commitment;
	signal input halves[2];

	commitment === halves[0] + halves[1] * (1 << 128);
}

/// Ties a public input that the computation has no use for into the constraints. Without one, any value
/// of it would do.
template Bind() {
	signal input in;
	signal square;

	square <== in * in;
}
