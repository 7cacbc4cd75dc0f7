/**
 * Confidential and proven jobs as a client sees them: the calls of requesters and nodes, and what
 * enclaves sign. What is sealed is in `envelope.ts`, what is proven in `proofs.ts`.
 */
import type { Struct } from '@polkadot/types';
import type { AnyJson, Registry } from '@polkadot/types/types';
import { hexToU8a, stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, decodeAddress } from '@polkadot/util-crypto';
import { eventOf, toNumber, type Call, type Chain, type Receipt } from './chain.ts';
import {
	generateKeyPair,
	promptSalt,
	sealPrompt,
	type JobContext,
	type KeyPair,
	type PromptContext,
} from './envelope.ts';
import { bytes, didHash, submitJob, type JobOrder } from './market.ts';

/** What a job asks for beside its prompt. */
export type Terms = Omit<JobOrder, 'prompt' | 'confidential'>;

/** A sealed prompt, and what its requester keeps. */
export interface SealedPrompt {
	readonly context: PromptContext;
	readonly envelope: Uint8Array;
	/** What opens it: for the enclave that gets the job. */
	readonly dataKey: Uint8Array;
	/** To which that enclave seals the result. Made for this prompt. */
	readonly result: KeyPair;
}

/** An attempt that waits for its data key: the fields of the event `KeyOwed`. */
export interface KeyOwed {
	readonly jobId: number;
	readonly attempt: number;
	readonly attestation: number;
	/** First tick at which the key comes too late. */
	readonly deadline: number;
}

/** Public keys of an attested enclave. */
export interface EnclaveKeys {
	readonly x25519: Uint8Array;
	readonly ristretto: Uint8Array;
}

/** How a job came out inside the enclave. */
export type Outcome = 'Done' | 'CannotDecrypt';

/** What an enclave signs about one attempt at a job. Hashes and commitments in hex. */
export interface EnclaveReceipt {
	readonly job: number;
	readonly attempt: number;
	/** Hash of the node's DID. */
	readonly node: string;
	/** The attestation that the attempt is pinned to. */
	readonly attestation: number;
	readonly modelVersion: string;
	/** Hash of the sealed prompt. */
	readonly prompt: string;
	/** Hash of the sealed result; of what the enclave was given if the prompt did not open. */
	readonly resultHash: string;
	readonly outputCommitment: string;
	readonly tokensUsed: number;
	readonly outcome: Outcome;
}

/** A receipt as it goes with a delivery. */
export interface SignedReceipt {
	/** The attestation whose session key signed. */
	readonly signer: number;
	readonly outputCommitment: string;
	readonly outcome: Outcome;
	readonly signature: string;
}

/** What supports a delivery. */
export interface Evidence {
	readonly receipt?: SignedReceipt;
	readonly proof?: Uint8Array;
}

/** What a node delivers. */
export interface Delivery {
	readonly resultHash: string;
	readonly tokensUsed: number;
	/** The bytes, if they are to lie on chain. */
	readonly result: Uint8Array | null;
}

/** A key under which a proof settles the job, and the commitment to the input. */
export interface ProofTerms {
	readonly key: string;
	readonly input: string;
}

const OPEN = '<Bytes>';
const CLOSE = '</Bytes>';

/** Names and types of the signed fields, in their order. */
const RECEIPT_FIELDS = {
	job: 'u64',
	attempt: 'u8',
	node: '[u8; 32]',
	attestation: 'u64',
	modelVersion: '[u8; 32]',
	prompt: '[u8; 32]',
	resultHash: '[u8; 32]',
	outputCommitment: '[u8; 32]',
	tokensUsed: 'u32',
	outcome: '{ "_enum": ["Done", "CannotDecrypt"] }',
} as const satisfies Record<keyof EnclaveReceipt, string>;

/** The bytes of anything that is signed off chain: tag, genesis hash and fields between brackets. */
export function signedPayload(tag: string, genesis: Uint8Array, ...fields: Uint8Array[]): Uint8Array {
	return u8aConcat(stringToU8a(OPEN + tag), genesis, ...fields, stringToU8a(CLOSE));
}

/** SCALE of a receipt. */
export function encodeReceipt(registry: Registry, receipt: EnclaveReceipt): Uint8Array {
	return registry.createType(JSON.stringify(RECEIPT_FIELDS), receipt).toU8a();
}

/** The bytes that an enclave signs for `receipt` on the chain with that genesis. */
export function receiptPayload(
	registry: Registry,
	genesis: Uint8Array,
	receipt: EnclaveReceipt,
): Uint8Array {
	const fields = encodeReceipt(registry, receipt);
	return signedPayload('ai-compute-pbc/receipt/v1', genesis, fields);
}

/** The hash that stands for a version of a model in receipts. */
export function modelVersionHash(registry: Registry, modelDid: string, version: number): string {
	const [did, number] = [bytes(modelDid), version];
	const fields = registry.createType('(Bytes, u32)', [did, number]).toU8a();
	return blake2AsHex(u8aConcat(stringToU8a('ai-compute-pbc/model-version/v1'), fields), 256);
}

/** The hash of what an enclave was given to open a prompt with; no key if a committee released it. */
export function openingHash(
	registry: Registry,
	requester: string,
	{ resultKey, salt }: { resultKey: Uint8Array; salt: Uint8Array },
	sealedKey: Uint8Array,
): string {
	const key = registry.createType('Bytes', u8aToHex(sealedKey)).toU8a();
	const fields = [decodeAddress(requester), resultKey, salt, key];
	return blake2AsHex(u8aConcat(stringToU8a('ai-compute-pbc/opening/v1'), ...fields), 256);
}

/** Seals a prompt under a fresh data key, to have its result sealed to a fresh result key. */
export async function sealFor(
	chain: Chain,
	requester: string,
	prompt: Uint8Array,
): Promise<SealedPrompt> {
	const result = await generateKeyPair();
	const context: PromptContext = {
		genesis: chain.api.genesisHash.toU8a(),
		requester: decodeAddress(requester),
		salt: promptSalt(result.publicKey),
	};
	return { context, result, ...(await sealPrompt(context, prompt)) };
}

/** Submits a confidential job. */
export function submitSealed(
	chain: Chain,
	terms: Terms,
	{ result, context, envelope }: SealedPrompt,
): Call {
	const prompt = u8aConcat(result.publicKey, context.salt, envelope);
	return submitJob(chain, { ...terms, prompt, confidential: true });
}

/** Submits a job that a proof under `proof.key` settles. */
export const submitProvable = (
	chain: Chain,
	{ modelDid, maxTokens, maxPayment, minVramGb }: Terms,
	prompt: Uint8Array,
	proof: ProofTerms,
): Call =>
	chain.call(
		'jobMarketplace',
		'submitJobWithOptions',
		bytes(modelDid),
		{ Inline: bytes(prompt) },
		maxTokens,
		maxPayment,
		minVramGb,
		false,
		{ proof },
	);

/** The key that the assignment of a confidential job asks for. */
export function keyOwed(receipt: Receipt): KeyOwed {
	const { data } = eventOf(receipt, 'jobMarketplace', 'KeyOwed');
	const number = (name: string) => toNumber(data[name]);
	return {
		jobId: number('jobId'),
		attempt: number('attempt'),
		attestation: number('attestation'),
		deadline: number('deadline'),
	};
}

/** Keys of the enclave of an attestation. */
export async function readKeys(chain: Chain, attestation: number): Promise<EnclaveKeys> {
	const stored = await chain.read('confidentialCompute', 'attestations', [attestation]);
	if (stored.isEmpty) throw new Error(`there is no attestation ${attestation}`);
	const { keys } = stored.toJSON() as { keys: { x25519: string; ristretto: string } };
	return { x25519: hexToU8a(keys.x25519), ristretto: hexToU8a(keys.ristretto) };
}

/** Where the data key and the result of an attempt belong. */
export function jobContext(chain: Chain, owed: KeyOwed, gpuDid: string): JobContext {
	return {
		genesis: chain.api.genesisHash.toU8a(),
		job: BigInt(owed.jobId),
		attempt: owed.attempt,
		node: hexToU8a(didHash(gpuDid)),
		attestation: BigInt(owed.attestation),
	};
}

export const deliverKey = (
	chain: Chain,
	{ jobId, attempt }: Pick<KeyOwed, 'jobId' | 'attempt'>,
	recipient: Uint8Array,
	sealedKey: Uint8Array,
): Call =>
	chain.call(
		'jobMarketplace',
		'deliverKey',
		jobId,
		attempt,
		u8aToHex(recipient),
		bytes(sealedKey),
	);

export const completeWithEvidence = (
	chain: Chain,
	jobId: number,
	{ resultHash, tokensUsed, result }: Delivery,
	{ receipt, proof }: Evidence,
): Call =>
	chain.call(
		'jobMarketplace',
		'completeWithEvidence',
		jobId,
		resultHash,
		tokensUsed,
		result === null ? null : bytes(result),
		{ receipt: receipt ?? null, proof: proof === undefined ? null : bytes(proof) },
	);

/** What a confidential job keeps, as its node's host reads it. */
export interface SealedJob {
	readonly policy: string;
	/** Hash of the envelope. */
	readonly prompt: string;
	readonly resultKey: Uint8Array;
	readonly salt: Uint8Array;
}

/** What a confidential job keeps. */
export async function readSealed(chain: Chain, jobId: number): Promise<SealedJob> {
	const stored = await chain.read('jobMarketplace', 'sealedJobs', [jobId]);
	if (stored.isEmpty) throw new Error(`${jobId} is no confidential job`);
	const record = stored.toJSON() as Record<string, AnyJson> & {
		sealing: { resultKey: string; salt: string };
	};
	return {
		policy: String(record['policy']),
		prompt: String(record['prompt']),
		resultKey: hexToU8a(record.sealing.resultKey),
		salt: hexToU8a(record.sealing.salt),
	};
}

/** The receipt in the event `ReceiptAccepted`, encoded. */
export function acceptedReceipt(receipt: Receipt): Uint8Array {
	return (eventOf(receipt, 'jobMarketplace', 'ReceiptAccepted').data['receipt'] as Struct).toU8a();
}
