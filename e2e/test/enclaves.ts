/**
 * Enclaves. Nobody has the secrets of a real one, so what its quote and its GPU's evidence would have
 * proven is put into the state by governance; all else goes by transactions and real cryptography.
 */
import assert from 'node:assert/strict';
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Struct } from '@polkadot/types';
import { u8aToHex } from '@polkadot/util';
import { blake2AsHex, blake2AsU8a } from '@polkadot/util-crypto';
import { toNumber, type Chain } from '../src/chain.ts';
import {
	modelVersionHash,
	openingHash,
	receiptPayload,
	type Delivery,
	type EnclaveReceipt,
	type KeyOwed,
	type SealedJob,
	type SignedReceipt,
} from '../src/confidential.ts';
import {
	generateKeyPair,
	openDataKey,
	openPrompt,
	promptSalt,
	sealResult,
	type JobContext,
	type KeyPair,
} from '../src/envelope.ts';
import { didHash } from '../src/market.ts';
import type { Scene } from './support.ts';

/** Code that the tests' policies allow. */
export const MEASUREMENT = blake2AsHex('code that its policy’s author has read', 256);
const EVALUATION = 17;
const DAY_S = 24 * 3_600;

/** What allows an enclave with that code, and asks for all that the planted ones have. */
export const POLICY = {
	statuses: ['UpToDate'],
	advisories: { Only: [] },
	minEvaluation: EVALUATION,
	measurements: [{ digest: MEASUREMENT, gpu: 'Local' }],
} as const;

/** A value of the state that is put there. */
interface Entry {
	readonly item: string;
	readonly keys?: readonly unknown[];
	readonly value: unknown;
}

/** The storage item of confidential compute, and `value` in the type that the metadata gives it. */
function stored(chain: Chain, item: string, value: unknown) {
	const { query, registry } = chain.api;
	const entry = query['confidentialCompute']?.[item];
	assert.ok(entry, `the chain has no confidentialCompute.${item}`);
	const { type } = entry.creator.meta;
	const lookup = type.isPlain ? type.asPlain : type.asMap.value;
	return { entry, codec: registry.createType(registry.createLookupType(lookup), value) };
}

/** Puts values into the state of confidential compute. */
async function plant(scene: Scene, entries: readonly Entry[]): Promise<void> {
	const items = entries.map(({ item, keys = [], value }) => {
		const { entry, codec } = stored(scene.chain, item, value);
		return [entry.key(...keys), u8aToHex(codec.toU8a())];
	});
	await scene.govern(scene.chain.call('system', 'setStorage', items));
}

/** Kinds of session keys. */
type SessionKind = 'sr25519' | 'ed25519' | 'ecdsa';
const KIND_NAMES = { sr25519: 'Sr25519', ed25519: 'Ed25519', ecdsa: 'Ecdsa' } as const;

/** What an attestation may be other than usual. */
export interface Proven {
	/** Ticks until it ends. */
	readonly ticks?: number;
	readonly session?: SessionKind;
	/** Public key to which members of committees encrypt, in hex. */
	readonly ristretto?: string;
	readonly gpus?: 0 | 1;
}

/** An enclave with its secrets. */
export class Enclave {
	constructor(
		/** Number of its attestation. */
		readonly id: number,
		readonly gpuDid: string,
		readonly session: KeyringPair,
		readonly x25519: KeyPair,
	) {}

	/** The data key in what the host brings. */
	dataKey(context: JobContext, sealedKey: Uint8Array): Promise<Uint8Array> {
		return openDataKey(context, this.x25519.secret, sealedKey);
	}

	/** The prompt, if the result key that the host brings is the one that the requester named. */
	prompt(
		{ genesis }: JobContext,
		requester: Uint8Array,
		{ resultKey }: SealedJob,
		dataKey: Uint8Array,
		envelope: Uint8Array,
	): Promise<Uint8Array> {
		return openPrompt({ genesis, requester, salt: promptSalt(resultKey) }, dataKey, envelope);
	}

	/** Seals a result to the requester. */
	async seal(context: JobContext, { resultKey }: SealedJob, result: Uint8Array): Promise<Uint8Array> {
		return sealResult(context, resultKey, result);
	}

	/** Signs a receipt. */
	sign(chain: Chain, says: EnclaveReceipt): SignedReceipt {
		const { registry, genesisHash } = chain.api;
		const payload = receiptPayload(registry, genesisHash.toU8a(), says);
		return {
			signer: this.id,
			outputCommitment: says.outputCommitment,
			outcome: says.outcome,
			signature: u8aToHex(this.session.sign(payload)),
		};
	}

	/** What it says about the result of an attempt. */
	async receipt(
		chain: Chain,
		owed: KeyOwed,
		job: SealedJob,
		{ resultHash, tokensUsed }: Delivery,
		output: Uint8Array,
	): Promise<EnclaveReceipt> {
		const record = (await chain.read('jobMarketplace', 'jobs', [owed.jobId])).toJSON();
		const { modelDid, terms } = record as { modelDid: string; terms: { version: number } };
		const did = Buffer.from(modelDid.slice(2), 'hex').toString();
		return {
			job: owed.jobId,
			attempt: owed.attempt,
			node: didHash(this.gpuDid),
			attestation: owed.attestation,
			modelVersion: modelVersionHash(chain.api.registry, did, terms.version),
			prompt: job.prompt,
			resultHash,
			outputCommitment: u8aToHex(blake2AsU8a(output, 256)),
			tokensUsed,
			outcome: 'Done',
		};
	}

	/** What it says if the prompt did not open with that key. */
	async unopened(
		chain: Chain,
		owed: KeyOwed,
		requester: string,
		job: SealedJob,
		sealedKey: Uint8Array,
	): Promise<{ says: EnclaveReceipt; delivery: Delivery }> {
		const resultHash = openingHash(chain.api.registry, requester, job, sealedKey);
		const delivery: Delivery = { resultHash, tokensUsed: 0, result: null };
		const says = await this.receipt(chain, owed, job, delivery, new Uint8Array());
		return { says: { ...says, outcome: 'CannotDecrypt' }, delivery };
	}
}

/** The node of `owner` has proven an enclave with a GPU. */
export async function attest(
	scene: Scene,
	owner: KeyringPair,
	gpuDid: string,
	{ ticks = 5_000, session: kind = 'sr25519', ristretto, gpus = 1 }: Proven = {},
): Promise<Enclave> {
	const { chain } = scene;
	const read = (item: string, ...keys: unknown[]) => chain.read('confidentialCompute', item, keys);
	const id = toNumber(await read('nextAttestationId'));
	const node = didHash(gpuDid);
	const name = (what: string) => blake2AsHex(`${what} of ${gpuDid}`, 256);
	const session = new Keyring({ type: kind }).addFromUri(`//enclave//${gpuDid}//${id}`);
	const x25519 = await generateKeyPair();

	const keys = {
		session: { [KIND_NAMES[kind]]: u8aToHex(session.publicKey) },
		x25519: u8aToHex(x25519.publicKey),
		ristretto: ristretto ?? name('ristretto key'),
	};
	const facts = {
		arch: 'Hopper',
		leafKey: name('leaf key'),
		deviceKey: name('device key'),
		driver: name('driver'),
		firmware: name('firmware'),
		evidence: name('evidence'),
	};
	const attestedAt = await chain.now();
	const expiresAt = attestedAt + ticks;
	const platform = name('platform');
	const cpu = {
		tee: 'Tdx',
		measurement: MEASUREMENT,
		status: 'UpToDate',
		evaluation: EVALUATION,
		advisories: [],
		platform,
		validUntil: Math.floor(Date.now() / 1_000) + DAY_S,
	};
	const record = {
		...{ node, owner: owner.address, keys, cpu, gpus, attestedAt, expiresAt },
		...{ binding: name('binding'), predecessor: null, revoked: null },
	};
	// The client puts a bar behind names that its own maps have.
	const encoded = stored(chain, 'attestations', record).codec as Struct;
	const sessionId = blake2AsHex((encoded.get('keys_') as Struct).get('session')!.toU8a(), 256);
	const listed = (await read('nodeAttestations', node)).toJSON() as number[];
	const claim = async (item: string, key: string): Promise<Entry> => {
		const old = (await read(item, key)).toJSON() as { until: number } | null;
		return { item, keys: [key], value: { node, until: Math.max(expiresAt, old?.until ?? 0) } };
	};
	const { leafKey, deviceKey } = facts;
	const bound = async () => [
		{ item: 'boundGpus', keys: [id], value: [facts] },
		await claim('gpuClaims', leafKey),
		await claim('gpuClaims', deviceKey),
	];
	await plant(scene, [
		{ item: 'attestations', keys: [id], value: record },
		{ item: 'nextAttestationId', value: id + 1 },
		{ item: 'nodeAttestations', keys: [node], value: [...listed, id] },
		{ item: 'sessionIds', keys: [sessionId], value: id },
		await claim('platformClaims', platform),
		...(gpus === 0 ? [] : await bound()),
	]);
	return new Enclave(id, gpuDid, session, x25519);
}
