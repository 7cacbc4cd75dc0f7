/** Keys that sign vouchers on a server, and the fastest checks that Node.js has for them. */
import { createPrivateKey, createPublicKey, sign, verify, type KeyObject } from 'node:crypto';
import { u8aConcat, u8aToHex } from '@polkadot/util';
import { ed25519PairFromSeed, sr25519PairFromSeed } from '@polkadot/util-crypto';
import { sr25519Sign } from '@polkadot/wasm-crypto';
import type { SigningKey } from '../src/payments.ts';
import { KEY_KINDS, verifySignature, type Verify, type VoucherKey } from '../src/vouchers.ts';

/** The kinds that a server signs with here. */
export type ServerKind = 'ed25519' | 'sr25519';

/** A key of a server, for one channel. */
export interface ServerKey extends VoucherKey {
	readonly named: SigningKey;
}

// What comes before the 32 bytes in the DER forms of RFC 8410.
const PRIVATE = Buffer.from('302e020100300506032b657004220420', 'hex');
const PUBLIC = Buffer.from('302a300506032b6570032100', 'hex');

/** The key of a seed of 32 bytes. Wait for `cryptoWaitReady` first. */
export function serverKey(kind: ServerKind, seed: Uint8Array): ServerKey {
	const prefix = [KEY_KINDS.indexOf(kind)];
	if (kind === 'ed25519') {
		const key = createPrivateKey({ key: Buffer.concat([PRIVATE, seed]), format: 'der', type: 'pkcs8' });
		return {
			named: { kind, key: u8aToHex(ed25519PairFromSeed(seed).publicKey) },
			sign: (message) => u8aConcat(prefix, sign(null, message, key)),
		};
	}
	const { publicKey, secretKey } = sr25519PairFromSeed(seed);
	return {
		named: { kind, key: u8aToHex(publicKey) },
		sign: (message) => u8aConcat(prefix, sr25519Sign(publicKey, secretKey, message)),
	};
}

let known: { readonly raw: Buffer; readonly key: KeyObject } | undefined;

/** The key, as OpenSSL has it. One is remembered: a channel has one. */
function publicKey(raw: Uint8Array): KeyObject {
	if (known === undefined || !known.raw.equals(raw)) {
		const copy = Buffer.from(raw);
		const key = createPublicKey({ key: Buffer.concat([PUBLIC, copy]), format: 'der', type: 'spki' });
		known = { raw: copy, key };
	}
	return known.key;
}

/**
 * Ed25519 by OpenSSL, the others as everywhere. OpenSSL takes no signature that the chain, which
 * follows ZIP 215, would refuse.
 */
export const verifyFast: Verify = (kind, payload, signature, key) =>
	kind === 'ed25519'
		? signature.length === 64 && key.length === 32 && verify(null, payload, publicKey(key), signature)
		: verifySignature(kind, payload, signature, key);
