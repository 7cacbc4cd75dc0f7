/**
 * Encrypting a data key to a committee: what a requester does that does not wait online. The twin
 * of `encrypt` in the Rust crate `committee-keys`; the protocol is in `docs/committee-keys.md`.
 */
import { createHash } from 'node:crypto';
import { ristretto255 } from '@noble/curves/ed25519.js';
import { bytesToNumberLE, numberToBytesLE } from '@noble/curves/utils.js';

/** What a data key is encrypted for. It opens for nobody else's job. */
export interface KeyContext {
	/** Hash of the chain's genesis block, 32 bytes. */
	readonly genesis: Uint8Array;
	/** Number of the committee. */
	readonly committee: number;
	/** Public key of the account that submits the job, 32 bytes. */
	readonly requester: Uint8Array;
	/** The salt of the job's prompt, 32 bytes. */
	readonly salt: Uint8Array;
}

/** Bytes of an encrypted data key: two points, the masked key, challenge and response. */
export const CIPHERTEXT_LEN = 160;

const { Point } = ristretto255;
const ORDER = Point.Fn.ORDER;

/**
 * Encrypts a data key to a group key. `entropy`, 64 bytes for the ephemeral secret and 64 for the
 * proof's nonce, is for test vectors only.
 */
export function encryptToCommittee(
	context: KeyContext,
	groupKey: Uint8Array,
	dataKey: Uint8Array,
	entropy: Uint8Array = crypto.getRandomValues(new Uint8Array(128)),
): Uint8Array {
	if (dataKey.length !== 32) throw new RangeError('a data key has 32 bytes');
	if (entropy.length !== 128) throw new RangeError('128 bytes of entropy are needed');
	const group = Point.fromHex(groupKey);
	if (group.equals(Point.ZERO)) throw new RangeError('the group key is the identity');

	const secret = reduce(entropy.subarray(0, 64));
	const nonce = reduce(entropy.subarray(64));
	const ephemeral = Point.BASE.multiply(secret).toBytes();
	// The map of RFC 9496, section 4.3.4, from 64 bytes.
	const second = Point.hashToCurve(hash('second base', []));
	const twin = second.multiply(secret).toBytes();

	const place = [...fields(context), group.toBytes(), ephemeral];
	const shared = group.multiply(secret).toBytes();
	const mask = hash('data key', [...place, shared]);
	const masked = dataKey.map((byte, i) => byte ^ mask[i]!);

	const commitments = [Point.BASE.multiply(nonce), second.multiply(nonce)];
	const statement = [...place, twin, masked, ...commitments.map((point) => point.toBytes())];
	const challenge = reduce(hash('encryption', statement));
	const response = (nonce + challenge * secret) % ORDER;
	return Uint8Array.from(
		Buffer.concat([
			ephemeral,
			twin,
			masked,
			numberToBytesLE(challenge, 32),
			numberToBytesLE(response, 32),
		]),
	);
}

function fields({ genesis, committee, requester, salt }: KeyContext): Uint8Array[] {
	for (const part of [genesis, requester, salt]) {
		if (part.length !== 32) throw new RangeError('genesis, requester and salt have 32 bytes');
	}
	const number = Buffer.alloc(4);
	number.writeUInt32LE(committee);
	return [genesis, number, requester, salt];
}

/** SHA-512 over the protocol's name, the step's and the fields, each after its length. */
function hash(step: string, parts: readonly Uint8Array[]): Uint8Array {
	const sha512 = createHash('sha512');
	for (const part of [Buffer.from('ai-compute-pbc/committee-keys/v1'), Buffer.from(step), ...parts]) {
		const length = Buffer.alloc(4);
		length.writeUInt32LE(part.length);
		sha512.update(length).update(part);
	}
	return Uint8Array.from(sha512.digest());
}

/** 64 bytes as a scalar. */
function reduce(bytes: Uint8Array): bigint {
	return bytesToNumberLE(bytes) % ORDER;
}
