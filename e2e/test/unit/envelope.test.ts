import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createPrivateKey, createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { hexToU8a, u8aToHex } from '@polkadot/util';
import {
	checkPublicKey,
	DATA_KEY_ENVELOPE_LEN,
	EnvelopeError,
	generateKeyPair,
	HEADER_LEN,
	HPKE,
	openDataKey,
	openPrompt,
	openResult,
	parseEnvelope,
	promptSalt,
	sealDataKey,
	sealPrompt,
	sealResult,
	TAG_LEN,
	type JobContext,
	type PromptContext,
} from '../../src/envelope.ts';
import { CACHE } from '../../src/node.ts';

// The vectors that the Rust crate's tests read too.
const VECTORS = new URL('../../../primitives/confidential-envelope/vectors/', import.meta.url);
const read = (name: string) => JSON.parse(readFileSync(new URL(name, VECTORS), 'utf8'));
const hex = (text: string) => hexToU8a(text.startsWith('0x') ? text : `0x${text}`);
const fill = (byte: number) => new Uint8Array(32).fill(byte);

/** A case as the vectors and the Rust example have it: bytes in hex, numbers in decimal. */
type Case = Record<string, string>;

function contexts(vector: Case): { prompt: PromptContext; job: JobContext } {
	const genesis = hex(vector.genesis!);
	return {
		prompt: { genesis, requester: hex(vector.requester!), salt: hex(vector.salt!) },
		job: {
			genesis,
			job: BigInt(vector.job!),
			attempt: Number(vector.attempt),
			node: hex(vector.node!),
			attestation: BigInt(vector.attestation!),
		},
	};
}

/** Seals a case; the same way as before if it has the data key and the entropy of it. */
async function seal(vector: Case): Promise<Case> {
	const { prompt, job } = contexts(vector);
	const optional = (name: string) => (vector[name] ? hex(vector[name]) : undefined);
	const sealed = await sealPrompt(prompt, hex(vector.prompt!), optional('dataKey'));
	const [dataKeyEnvelope, resultEnvelope] = await Promise.all([
		sealDataKey(job, hex(vector.enclavePublic!), sealed.dataKey, optional('dataKeyEntropy')),
		sealResult(job, hex(vector.requesterPublic!), hex(vector.result!), optional('resultEntropy')),
	]);
	return {
		...vector,
		dataKey: u8aToHex(sealed.dataKey),
		promptEnvelope: u8aToHex(sealed.envelope),
		dataKeyEnvelope: u8aToHex(dataKeyEnvelope),
		resultEnvelope: u8aToHex(resultEnvelope),
	};
}

async function open(vector: Case): Promise<Case> {
	const { prompt, job } = contexts(vector);
	const dataKey = await openDataKey(job, hex(vector.enclaveSecret!), hex(vector.dataKeyEnvelope!));
	return {
		dataKey: u8aToHex(dataKey),
		prompt: u8aToHex(await openPrompt(prompt, dataKey, hex(vector.promptEnvelope!))),
		result: u8aToHex(
			await openResult(job, hex(vector.requesterSecret!), hex(vector.resultEnvelope!)),
		),
	};
}

const contents = ({ dataKey, prompt, result }: Case) => ({ dataKey, prompt, result });

/** A case with fresh keys. */
async function freshCase(): Promise<Case> {
	const [enclave, requester] = await Promise.all([generateKeyPair(), generateKeyPair()]);
	return {
		genesis: u8aToHex(fill(1)),
		requester: u8aToHex(fill(2)),
		salt: u8aToHex(crypto.getRandomValues(fill(0))),
		job: '4',
		attempt: '1',
		node: u8aToHex(fill(5)),
		attestation: '18446744073709551615',
		enclaveSecret: u8aToHex(enclave.secret),
		enclavePublic: u8aToHex(enclave.publicKey),
		requesterSecret: u8aToHex(requester.secret),
		requesterPublic: u8aToHex(requester.publicKey),
		prompt: u8aToHex(new TextEncoder().encode('a prompt')),
		result: u8aToHex(new TextEncoder().encode('a result')),
	};
}

/** Inputs of this side's committed vectors. `UPDATE_VECTORS=1` writes what they seal to. */
const OWN_INPUTS = [1, 2, 3].map((n) => ({
	genesis: u8aToHex(fill(0xa0 + n)),
	requester: u8aToHex(fill(0xb0 + n)),
	salt: u8aToHex(fill(0xc0 + n)),
	job: String([9n, 2n ** 64n - 1n, 0n][n - 1]),
	attempt: String([1, 255, 0][n - 1]),
	node: u8aToHex(fill(0xd0 + n)),
	attestation: String([12n, 2n ** 64n - 1n, 0n][n - 1]),
	dataKey: u8aToHex(fill(0xe0 + n)),
	dataKeyEntropy: u8aToHex(fill(0xf0 + n)),
	resultEntropy: u8aToHex(fill(n)),
	enclaveSecret: u8aToHex(fill(0x10 + n)),
	requesterSecret: u8aToHex(fill(0x20 + n)),
	prompt: ['0x4772c3bcc39f6520f09f918b', '0x', `0x${'5a'.repeat(129)}`][n - 1]!,
	result: ['0x3432', '0x', `0x${'a5'.repeat(64)}`][n - 1]!,
}));

/** The public half of an X25519 key, by Node's own implementation. */
function publicOf(secret: string): string {
	const key = Buffer.concat([Buffer.from('302e020100300506032b656e04220420', 'hex'), hex(secret)]);
	const pair = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
	const der = createPublicKey(pair).export({ format: 'der', type: 'spki' });
	return u8aToHex(der.subarray(-32));
}

async function ownVectors(): Promise<Case[]> {
	return Promise.all(
		OWN_INPUTS.map((input) =>
			seal({
				...input,
				enclavePublic: publicOf(input.enclaveSecret),
				requesterPublic: publicOf(input.requesterSecret),
			}),
		),
	);
}

/** The Rust crate's example program, where the workspace has been built. */
function rustTool(): string | undefined {
	const target = process.env.CARGO_TARGET_DIR ?? join(CACHE, 'target');
	const built = ['release', 'debug'].map((p) => join(target, p, 'examples', 'envelope'));
	return [process.env.ENVELOPE_TOOL ?? '', ...built].find((path) => existsSync(path));
}

describe('envelopes', () => {
	it('use the suite of RFC 9180 and give its vectors', async () => {
		const vector = read('rfc9180.json');
		const pair = await HPKE.kem.deriveKeyPair(hex(vector.ikmR));
		const publicKey = new Uint8Array(await HPKE.kem.serializePublicKey(pair.publicKey));
		assert.equal(u8aToHex(publicKey), `0x${vector.pkRm}`);
		const sender = await HPKE.createSenderContext({
			recipientPublicKey: pair.publicKey,
			info: hex(vector.info),
			ekm: hex(vector.ikmE),
		});
		assert.equal(u8aToHex(new Uint8Array(sender.enc)), `0x${vector.enc}`);
		const recipient = await HPKE.createRecipientContext({
			recipientKey: pair.privateKey,
			enc: hex(vector.enc),
			info: hex(vector.info),
		});
		assert.equal(vector.encryptions.length, 5);
		for (const { aad, pt, ct } of vector.encryptions) {
			const sealed = new Uint8Array(await sender.seal(hex(pt), hex(aad)));
			assert.equal(u8aToHex(sealed), `0x${ct}`);
			const opened = new Uint8Array(await recipient.open(hex(ct), hex(aad)));
			assert.equal(u8aToHex(opened), `0x${pt}`);
		}
		for (const { exporter_context, exported_value } of vector.exports) {
			const exported = await recipient.export(hex(exporter_context), 32);
			assert.equal(u8aToHex(new Uint8Array(exported)), `0x${exported_value}`);
		}
	});

	it('that Rust sealed open, and come out the same byte for byte', async () => {
		const vectors: Case[] = read('rust.json');
		assert.equal(vectors.length, 3);
		for (const vector of vectors) {
			assert.deepEqual(await open(vector), contents(vector));
			assert.deepEqual(await seal(vector), vector);
		}
	});

	it('of the committed vectors are what this code seals', async () => {
		const own = await ownVectors();
		if (process.env.UPDATE_VECTORS) {
			const text = `${JSON.stringify(own, undefined, '\t')}\n`;
			writeFileSync(new URL('typescript.json', VECTORS), text);
		}
		assert.deepEqual(read('typescript.json'), own);
		for (const vector of own) assert.deepEqual(await open(vector), contents(vector));
	});

	const tool = rustTool();
	const skip = tool ? false : 'needs the example `envelope` of the crate, or ENVELOPE_TOOL';
	it('sealed here and now open in Rust, and the other way round', { skip }, async () => {
		const rust = (command: string, input: Case): Case => {
			const { status, stdout, stderr } = spawnSync(tool!, [command], {
				input: JSON.stringify(input),
				encoding: 'utf8',
			});
			assert.equal(status, 0, stderr);
			return JSON.parse(stdout);
		};
		for (let i = 0; i < 10; i++) {
			const inputs = await freshCase();
			const here = await seal(inputs);
			assert.deepEqual(rust('open', here), contents(here));
			const there = rust('seal', inputs);
			assert.deepEqual(await open(there), contents(there));
			// Each refuses what belongs to another job.
			const other = { job: String(5 + i) };
			assert.ok(rust('open', { ...here, ...other }).refused);
			await assert.rejects(open({ ...there, ...other }), EnvelopeError);
		}
	});

	it('open nowhere else', async () => {
		const sealed = await seal(await freshCase());
		assert.deepEqual(await open(sealed), contents(sealed));
		const others: Case[] = [
			{ genesis: u8aToHex(fill(9)) },
			{ requester: u8aToHex(fill(9)) },
			{ salt: u8aToHex(fill(9)) },
			{ job: '5' },
			{ attempt: '2' },
			{ node: u8aToHex(fill(9)) },
			{ attestation: '6' },
			{ enclaveSecret: sealed.requesterSecret! },
			{ requesterSecret: sealed.enclaveSecret! },
		];
		for (const other of others) {
			await assert.rejects(open({ ...sealed, ...other }), EnvelopeError, Object.keys(other)[0]);
		}
		// Neither does the data key of another prompt open this one, nor a result pass for a key.
		const second = await seal({ ...(await freshCase()), salt: sealed.salt! });
		const { prompt, job } = contexts(sealed);
		await assert.rejects(
			openPrompt(prompt, hex(second.dataKey!), hex(sealed.promptEnvelope!)),
			EnvelopeError,
		);
		const asResult = await sealResult(job, hex(sealed.enclavePublic!), hex(sealed.dataKey!));
		await assert.rejects(openDataKey(job, hex(sealed.enclaveSecret!), asResult), EnvelopeError);
	});

	it('with any flipped bit or other length do not open', async () => {
		const sealed = await seal(await freshCase());
		for (const field of ['promptEnvelope', 'dataKeyEnvelope', 'resultEnvelope']) {
			const bytes = hex(sealed[field]!);
			const refused = async (bad: Uint8Array, what: string) =>
				assert.rejects(open({ ...sealed, [field]: u8aToHex(bad) }), EnvelopeError, what);
			for (let i = 0; i < bytes.length; i++) {
				const bad = Uint8Array.from(bytes);
				bad[i]! ^= 1 << (i % 8);
				await refused(bad, `byte ${i} of ${field}`);
				await refused(bytes.slice(0, i), `${i} bytes of ${field}`);
			}
			await refused(Uint8Array.of(...bytes, 0), `${field} with a byte more`);
		}
	});

	it('have a header that is read as the chain reads it', async () => {
		const sealed = await seal(await freshCase());
		const prompt = hex(sealed.promptEnvelope!);
		const { header, enc, body } = parseEnvelope('prompt', prompt);
		assert.deepEqual(Uint8Array.of(...header, ...body), prompt);
		assert.deepEqual(Uint8Array.of(1, 1, ...enc), header);
		assert.equal(body.length, 8 + TAG_LEN);
		assert.equal(hex(sealed.dataKeyEnvelope!).length, DATA_KEY_ENVELOPE_LEN);

		const key = hex(sealed.dataKeyEnvelope!);
		const changed = (at: number, value: number) =>
			key.map((byte, i) => (i === at ? value : byte));
		assert.throws(() => parseEnvelope('dataKey', changed(0, 2)), /version/);
		assert.throws(() => parseEnvelope('dataKey', changed(1, 1)), /suite/);
		assert.throws(() => parseEnvelope('dataKey', key.slice(1)), EnvelopeError);
		assert.throws(() => parseEnvelope('prompt', prompt.slice(0, HEADER_LEN + TAG_LEN - 1)), /length/);
		assert.throws(
			() => parseEnvelope('result', Uint8Array.of(1, 2, ...new Uint8Array(48))),
			/weak/,
		);
	});

	it('open with the result key of their requester only', async () => {
		const salt = promptSalt(fill(3));
		assert.equal(u8aToHex(salt), '0xd98043053a2315c0295227e3e0aae623644b24cdae4688f8d941175548abc665');
		const context = { genesis: fill(1), requester: fill(2), salt };
		const sealed = await sealPrompt(context, fill(7));
		assert.deepEqual(await openPrompt(context, sealed.dataKey, sealed.envelope), fill(7));
		const host = { ...context, salt: promptSalt(fill(4)) };
		await assert.rejects(async () => openPrompt(host, sealed.dataKey, sealed.envelope), EnvelopeError);
	});

	it('are not sealed to keys of small order', async () => {
		const { job } = contexts(await freshCase());
		const one = Uint8Array.of(1, ...new Uint8Array(30), 0x80);
		for (const weak of [new Uint8Array(32), one, hex(`ed${'ff'.repeat(31)}`)]) {
			assert.throws(() => checkPublicKey(weak), EnvelopeError);
			await assert.rejects(sealResult(job, weak, fill(1)), EnvelopeError);
			await assert.rejects(sealDataKey(job, weak, fill(1)), EnvelopeError);
		}
	});
});
