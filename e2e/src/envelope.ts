/**
 * Envelopes of a confidential job: the sealed prompt, the data key that opens it, and the sealed
 * result. The twin of the Rust crate `confidential-envelope`, whose README has the byte layout.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { Chacha20Poly1305 } from '@hpke/chacha20poly1305';
import { CipherSuite } from '@hpke/core';
import { DhkemX25519HkdfSha256, HkdfSha256 } from '@hpke/dhkem-x25519';

/** The one version of the byte layout. */
export const VERSION = 1;
/** Bytes of a header: version, suite, `enc`. */
export const HEADER_LEN = 34;
/** Bytes that sealing adds to its plaintext. */
export const TAG_LEN = 16;
/** Bytes of a data key. */
export const DATA_KEY_LEN = 32;
/** Bytes of a sealed data key. */
export const DATA_KEY_ENVELOPE_LEN = HEADER_LEN + DATA_KEY_LEN + TAG_LEN;

/** How an envelope of each kind is sealed: 1 under a data key, 2 to a public key with HPKE. */
const SUITES = { prompt: 1, dataKey: 2, result: 2 } as const;

/** What an envelope holds. */
export type Kind = keyof typeof SUITES;

/** Where a prompt belongs: known before the job has a number. */
export interface PromptContext {
	/** Hash of the chain's genesis block, 32 bytes. */
	readonly genesis: Uint8Array;
	/** Public key of the account that submits the job, 32 bytes. */
	readonly requester: Uint8Array;
	/** 32 bytes that follow from the result key, which is made afresh for each prompt: `promptSalt`. */
	readonly salt: Uint8Array;
}

/** Where a data key or a result belongs: one attempt of one node at one job. */
export interface JobContext {
	/** Hash of the chain's genesis block, 32 bytes. */
	readonly genesis: Uint8Array;
	readonly job: bigint;
	/** Number of the attempt at the job. */
	readonly attempt: number;
	/** blake2-256 of the node's DID, 32 bytes. */
	readonly node: Uint8Array;
	/** Number of the attestation that the attempt is pinned to. */
	readonly attestation: bigint;
}

/**
 * The salt of a prompt whose result is to be sealed to `resultKey`. An enclave derives it from the result
 * key that it was given: the prompt opens only if that key is the requester's.
 */
export function promptSalt(resultKey: Uint8Array): Uint8Array {
	return new Uint8Array(createHash('sha256').update('ai-compute-pbc/salt/v1').update(resultKey).digest());
}

/** An X25519 key. */
export interface KeyPair {
	readonly secret: Uint8Array;
	readonly publicKey: Uint8Array;
}

/** An envelope whose header is well-formed. */
export interface Envelope {
	/** Version, suite and `enc`. */
	readonly header: Uint8Array;
	readonly enc: Uint8Array;
	/** Ciphertext and tag. */
	readonly body: Uint8Array;
}

/** Why an envelope is not one, or does not open. */
export class EnvelopeError extends Error {
	override readonly name = 'EnvelopeError';
}

/** The one suite of HPKE (RFC 9180). */
export const HPKE = new CipherSuite({
	kem: new DhkemX25519HkdfSha256(),
	kdf: new HkdfSha256(),
	aead: new Chacha20Poly1305(),
});

/** Reads the envelope of a kind, as the chain does. */
export function parseEnvelope(kind: Kind, bytes: Uint8Array): Envelope {
	if (bytes.length < HEADER_LEN) throw new EnvelopeError('wrong length');
	if (bytes[0] !== VERSION) throw new EnvelopeError('unknown version');
	if (bytes[1] !== SUITES[kind]) throw new EnvelopeError('wrong suite');
	const rightLength =
		kind === 'dataKey'
			? bytes.length === DATA_KEY_ENVELOPE_LEN
			: bytes.length >= HEADER_LEN + TAG_LEN;
	if (!rightLength) throw new EnvelopeError('wrong length');
	const enc = bytes.slice(2, HEADER_LEN);
	if (SUITES[kind] === SUITES.dataKey) checkPublicKey(enc);
	return { header: bytes.slice(0, HEADER_LEN), enc, body: bytes.slice(HEADER_LEN) };
}

/** Refuses X25519 keys of small order: what is sealed to one, everybody can open. */
export function checkPublicKey(key: Uint8Array): void {
	if (key.length !== 32) throw new EnvelopeError('wrong length of a key');
	const masked = Buffer.from(key);
	masked[31]! &= 0x7f;
	if (SMALL_ORDER.has(masked.toString('hex'))) throw new EnvelopeError('weak key');
}

/** Every encoding of a point of small order, as in the Rust crate. */
const SMALL_ORDER = new Set([
	'00'.repeat(32),
	`01${'00'.repeat(31)}`,
	'e0eb7a7c3b41b8ae1656e3faf19fc46ada098deb9c32b1fd866205165f49b800',
	'5f9c95bca3508c24b1d0b1559c83ef5b04445cc4581c8e86d8224eddd09f1157',
	`ec${'ff'.repeat(30)}7f`,
	`ed${'ff'.repeat(30)}7f`,
	`ee${'ff'.repeat(30)}7f`,
]);

/** A new X25519 key. */
export async function generateKeyPair(): Promise<KeyPair> {
	const pair = await HPKE.kem.generateKeyPair();
	const [secret, publicKey] = await Promise.all([
		HPKE.kem.serializePrivateKey(pair.privateKey),
		HPKE.kem.serializePublicKey(pair.publicKey),
	]);
	return { secret: new Uint8Array(secret), publicKey: new Uint8Array(publicKey) };
}

/**
 * Seals a prompt under a fresh data key, which it returns with the envelope.
 *
 * `dataKey` is for test vectors only: the nonce is derived, so a second prompt under the same key
 * and salt would betray both.
 */
export async function sealPrompt(
	context: PromptContext,
	prompt: Uint8Array,
	dataKey: Uint8Array = crypto.getRandomValues(new Uint8Array(DATA_KEY_LEN)),
): Promise<{ dataKey: Uint8Array; envelope: Uint8Array }> {
	const keys = await promptKeys(context, dataKey);
	const header = concat(Uint8Array.of(VERSION, SUITES.prompt), keys.commitment);
	const aad = concat(header, promptBytes(context));
	const body = await keys.cipher.seal(keys.nonce, prompt, aad);
	return { dataKey, envelope: concat(header, new Uint8Array(body)) };
}

/** Opens a prompt with its data key. */
export async function openPrompt(
	context: PromptContext,
	dataKey: Uint8Array,
	envelope: Uint8Array,
): Promise<Uint8Array> {
	const { header, enc, body } = parseEnvelope('prompt', envelope);
	const keys = await promptKeys(context, dataKey);
	if (!timingSafeEqual(keys.commitment, enc)) throw new EnvelopeError('refused');
	const aad = concat(header, promptBytes(context));
	return refuseOr(keys.cipher.open(keys.nonce, body, aad));
}

/** Seals a data key to the attested X25519 key of the node that won the attempt. */
export async function sealDataKey(
	context: JobContext,
	recipient: Uint8Array,
	dataKey: Uint8Array,
	ephemeral?: Uint8Array,
): Promise<Uint8Array> {
	expectLength(dataKey, DATA_KEY_LEN, 'data key');
	return seal(jobBytes('data-key', context), recipient, dataKey, ephemeral);
}

/** Opens a data key with the enclave's secret key. */
export async function openDataKey(
	context: JobContext,
	secret: Uint8Array,
	envelope: Uint8Array,
): Promise<Uint8Array> {
	return open(jobBytes('data-key', context), secret, parseEnvelope('dataKey', envelope));
}

/** Seals a result to the key that the requester named at submission. */
export async function sealResult(
	context: JobContext,
	recipient: Uint8Array,
	result: Uint8Array,
	ephemeral?: Uint8Array,
): Promise<Uint8Array> {
	return seal(jobBytes('result', context), recipient, result, ephemeral);
}

/** Opens a result with the requester's secret key. */
export async function openResult(
	context: JobContext,
	secret: Uint8Array,
	envelope: Uint8Array,
): Promise<Uint8Array> {
	return open(jobBytes('result', context), secret, parseEnvelope('result', envelope));
}

/** The bytes that a prompt is bound to. */
function promptBytes({ genesis, requester, salt }: PromptContext): Uint8Array {
	expectLength(genesis, 32, 'genesis hash');
	expectLength(requester, 32, 'requester');
	expectLength(salt, 32, 'salt');
	return concat(text('ai-compute-pbc/prompt/v1'), genesis, requester, salt);
}

/** The bytes that a data key or a result is bound to. */
function jobBytes(kind: 'data-key' | 'result', context: JobContext): Uint8Array {
	const { genesis, job, attempt, node, attestation } = context;
	expectLength(genesis, 32, 'genesis hash');
	expectLength(node, 32, 'node');
	const numbers = Buffer.alloc(8 + 1 + 32 + 8);
	numbers.writeBigUInt64LE(job, 0);
	numbers.writeUInt8(attempt, 8);
	numbers.set(node, 9);
	numbers.writeBigUInt64LE(attestation, 41);
	return concat(text(`ai-compute-pbc/${kind}/v1`), genesis, numbers);
}

/** What a data key becomes in its context: HKDF-SHA256 with the prompt's salt. */
async function promptKeys(context: PromptContext, dataKey: Uint8Array) {
	expectLength(dataKey, DATA_KEY_LEN, 'data key');
	const info = promptBytes(context);
	const ikm = await crypto.subtle.importKey('raw', bytes(dataKey), 'HKDF', false, ['deriveBits']);
	const okm = await crypto.subtle.deriveBits(
		{ name: 'HKDF', hash: 'SHA-256', salt: bytes(context.salt), info: bytes(info) },
		ikm,
		8 * 76,
	);
	return {
		cipher: HPKE.aead.createEncryptionContext(okm.slice(0, 32)),
		nonce: okm.slice(32, 44),
		commitment: new Uint8Array(okm.slice(44)),
	};
}

/** `ephemeral` is keying material of the ephemeral key, for test vectors only. */
async function seal(
	info: Uint8Array,
	recipient: Uint8Array,
	plaintext: Uint8Array,
	ephemeral?: Uint8Array,
): Promise<Uint8Array> {
	checkPublicKey(recipient);
	const recipientPublicKey = await HPKE.kem.deserializePublicKey(recipient);
	const parameters = { recipientPublicKey, info };
	const sender = await HPKE.createSenderContext(
		ephemeral ? { ...parameters, ekm: ephemeral } : parameters,
	);
	const header = concat(Uint8Array.of(VERSION, SUITES.result), new Uint8Array(sender.enc));
	return concat(header, new Uint8Array(await sender.seal(plaintext, header)));
}

async function open(
	info: Uint8Array,
	secret: Uint8Array,
	{ header, enc, body }: Envelope,
): Promise<Uint8Array> {
	const recipientKey = await HPKE.kem.deserializePrivateKey(secret);
	const recipient = await HPKE.createRecipientContext({ recipientKey, enc, info });
	return refuseOr(recipient.open(body, header));
}

/** What was opened, or one error for a wrong key, a wrong context and altered bytes alike. */
async function refuseOr(opened: Promise<ArrayBuffer>): Promise<Uint8Array> {
	try {
		return new Uint8Array(await opened);
	} catch (cause) {
		throw new EnvelopeError('refused', { cause });
	}
}

function expectLength(value: Uint8Array, length: number, name: string): void {
	if (value.length !== length) throw new EnvelopeError(`${name}: ${length} bytes expected`);
}

function concat(...parts: Uint8Array[]): Uint8Array<ArrayBuffer> {
	return bytes(Buffer.concat(parts));
}

/** A copy with a buffer of its own, as the Web Cryptography API wants it. */
function bytes(value: Uint8Array): Uint8Array<ArrayBuffer> {
	return Uint8Array.from(value);
}

function text(value: string): Uint8Array {
	return new TextEncoder().encode(value);
}
