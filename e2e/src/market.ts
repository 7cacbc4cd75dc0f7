/** The project's own pallets as a client sees them. */
import { stringToU8a, u8aConcat, u8aToHex } from '@polkadot/util';
import { blake2AsHex, encodeAddress } from '@polkadot/util-crypto';
import type { Bytes, Option } from '@polkadot/types';
import type { Codec } from '@polkadot/types/types';
import type { Hash } from '@polkadot/types/interfaces';
import { toBigInt, toNumber, toText, type Call, type Chain } from './chain.ts';
import { offerFields, type SignedOffer } from './offers.ts';

/** Where platform fees go: the treasury's account, which has no key. */
export const TREASURY = encodeAddress(Buffer.from('modlpy/trsry'.padEnd(32, '\0')), 42);

/** Where slashes wait until nobody can appeal any more: an account without a key. */
export const HELD_SLASHES = encodeAddress(Buffer.from('modlac/reput'.padEnd(32, '\0')), 42);

/** The platform's share of a payment, in percent. */
export const PLATFORM_FEE_PERCENT = 5n;

/** 100 % in basis points. */
const FULL_BPS = 10_000n;

/** A model of the development network's genesis. Its owner is Ferdie. */
export const GENESIS_MODEL = 'did:etrid:ai:llm:llama-3-70b';

const AI_TYPES = {
	llm: 'LLM',
	vision: 'Vision',
	audio: 'Audio',
	multimodal: 'Multimodal',
	agent: 'Agent',
	ensemble: 'Ensemble',
} as const;

/** A GPU to register. */
export interface Gpu {
	readonly did: string;
	readonly model: string;
	readonly vramGb: number;
	readonly cudaCores: number;
	readonly location: string;
	readonly stake: bigint;
}

/** A job to submit. */
export interface JobOrder {
	readonly modelDid: string;
	readonly prompt: Uint8Array;
	readonly maxTokens: number;
	readonly maxPayment: bigint;
	readonly minVramGb: number;
	readonly confidential: boolean;
}

/** A model to register. */
export interface Model {
	/** `did:etrid:ai:<type>:<identifier>`, an AI that the caller controls. */
	readonly did: string;
	readonly minVramGb: number;
	/** In 1/10 000 of the gross payment. */
	readonly royaltyBps: number;
	/** The model that it descends from, and the most that its owner may ask of the royalty. */
	readonly parent?: { readonly did: string; readonly maxShareBps: number };
}

/** What a requester asks of a node that signed an offer. */
export interface HireOrder {
	readonly prompt: Uint8Array;
	readonly maxTokens: number;
	readonly maxPayment: bigint;
}

/** Why a requester contests a result. */
export type DisputeReason =
	| 'NotDelivered'
	| 'WrongResult'
	| 'Overcounted'
	| 'WrongModel'
	| 'Other';

/** A node's side of a dispute: the missing bytes, or the hash of evidence. */
export type DisputeAnswer = { readonly Result: Uint8Array } | { readonly Evidence: string };

/** How an arbiter decides. */
export type Verdict = 'RequesterWins' | 'ProviderWins' | { readonly Split: number };

/** The parts of a payment. They sum to it. */
export interface Parts {
	readonly fee: bigint;
	/** To the model's owner. */
	readonly royalty: bigint;
	/** To the owner of the model's parent. */
	readonly parentRoyalty: bigint;
	readonly provider: bigint;
}

/** What a job record says. */
export interface Job {
	readonly requester: string;
	readonly modelDid: string;
	readonly maxTokens: number;
	readonly maxPayment: bigint;
	readonly status: string;
	readonly deadline: number;
	readonly bidEnd: number;
	readonly attempts: number;
	readonly bidCount: number;
	readonly deposit: bigint;
	readonly assignment: { owner: string; pricePerToken: bigint } | undefined;
	readonly delivery: { resultHash: string; tokensUsed: number; timing: string } | undefined;
	readonly rating: number | undefined;
}

/** Money of an account. */
export interface Money {
	readonly free: bigint;
	readonly held: bigint;
}

/** The key of a DID's records. */
export function didHash(did: string): string {
	return blake2AsHex(stringToU8a(did), 256);
}

/** Bytes as an argument of a call: a plain `Uint8Array` would be read as already encoded. */
export function bytes(data: Uint8Array | string): string {
	return u8aToHex(typeof data === 'string' ? stringToU8a(data) : data);
}

/** How the chain divides the payment `gross`: every part rounded down, the rest to the provider. */
export function divide(gross: bigint, royaltyBps = 0, parentBps = 0): Parts {
	const fee = (gross * PLATFORM_FEE_PERCENT) / 100n;
	const royalties = (gross * BigInt(royaltyBps)) / FULL_BPS;
	const parentRoyalty = (royalties * BigInt(parentBps)) / FULL_BPS;
	const royalty = royalties - parentRoyalty;
	return { fee, royalty, parentRoyalty, provider: gross - fee - royalties };
}

/** Type and identifier that the DID of an AI names. */
function aiOf(did: string): { type: (typeof AI_TYPES)[keyof typeof AI_TYPES]; identifier: string } {
	const [kind, identifier] = did.replace(/^did:etrid:ai:/, '').split(':');
	const type = AI_TYPES[kind as keyof typeof AI_TYPES];
	if (type === undefined || !identifier) throw new Error(`${did} is not the DID of an AI`);
	return { type, identifier };
}

/** The key of an AI's records. */
export function aiKey(did: string): string {
	const { type, identifier } = aiOf(did);
	const index = Object.values(AI_TYPES).indexOf(type);
	return blake2AsHex(u8aConcat([index], stringToU8a(identifier)), 256);
}

/** Registers the AI of that DID, described as a plain text model. */
export function registerAi(chain: Chain, did: string): Call {
	const { type, identifier } = aiOf(did);
	return chain.call('aidid', 'registerAi', bytes(identifier), type, {
		aiType: type,
		version: bytes('1.0.0'),
		architecture: bytes('extractive'),
		parameters: bytes('0'),
		capabilities: {
			tasks: ['Summarization'],
			inputModalities: ['Text'],
			outputModalities: ['Text'],
			languages: [bytes('en')],
			maxContext: 10_240,
			maxOutput: 10_240,
		},
		restrictions: {
			prohibitedTasks: [],
			contentFiltering: false,
			requiresSupervision: false,
			noRealtimeData: true,
			knowledgeCutoff: null,
			rateLimit: null,
		},
		safety: {
			alignmentMethod: bytes('none: the model is a text program'),
			contentFiltering: false,
			biasEvaluated: false,
			toxicityScore: 0,
		},
	});
}

/** Registers a public model under an AI that the caller controls. */
export const registerModel = (chain: Chain, model: Model): Call =>
	chain.call(
		'aiModels',
		'registerModel',
		bytes(model.did),
		bytes(aiOf(model.did).identifier),
		bytes('1.0.0'),
		aiOf(model.did).type,
		blake2AsHex(model.did, 256),
		bytes(`https://models.example/${aiOf(model.did).identifier}`),
		model.minVramGb,
		bytes('Apache-2.0'),
		'Public',
		model.parent === undefined
			? null
			: { did: bytes(model.parent.did), maxShareBps: model.parent.maxShareBps },
		model.royaltyBps,
	);

/** Lets models descend from the caller's, for that share of their royalty. */
export const welcomeDescendants = (chain: Chain, did: string, shareBps: number): Call =>
	chain.call('aiModels', 'setDescendants', bytes(did), { Welcome: { shareBps } });

/** Says which nodes may run the caller's model. Nodes that host it declare themselves. */
export const setHosting = (chain: Chain, did: string, hosting: 'Anyone' | 'Hosts'): Call =>
	chain.call('aiModels', 'setHosting', bytes(did), hosting, 'Open');

export const hostModel = (chain: Chain, did: string, gpuDid: string): Call =>
	chain.call('aiModels', 'hostModel', bytes(did), bytes(gpuDid));

export const unhostModel = (chain: Chain, did: string, gpuDid: string): Call =>
	chain.call('aiModels', 'unhostModel', bytes(did), bytes(gpuDid));

/** A call of the catalogue whose only argument is the model. */
export const onModel = (
	chain: Chain,
	method: 'deprecateModel' | 'deregisterModel',
	did: string,
): Call => chain.call('aiModels', method, bytes(did));

export const registerDid = (chain: Chain, did: string, controller: string, document: string): Call =>
	chain.call('didRegistry', 'registerDid', bytes(did), controller, blake2AsHex(document, 256));

export const registerNode = (chain: Chain, gpu: Gpu): Call =>
	chain.call(
		'gpuRegistry',
		'registerNode',
		bytes(gpu.did),
		bytes(gpu.model),
		gpu.vramGb,
		gpu.cudaCores,
		bytes(gpu.location),
		gpu.stake,
	);

export const submitJob = (chain: Chain, order: JobOrder): Call =>
	chain.call(
		'jobMarketplace',
		'submitJob',
		bytes(order.modelDid),
		bytes(order.prompt),
		order.maxTokens,
		order.maxPayment,
		order.minVramGb,
		order.confidential,
	);

export const placeBid = (
	chain: Chain,
	jobId: number,
	gpuDid: string,
	price: bigint,
	latencyMs: number,
): Call => chain.call('jobMarketplace', 'placeBid', jobId, bytes(gpuDid), price, latencyMs);

export const assignJob = (chain: Chain, jobId: number, gpuDid: string): Call =>
	chain.call('jobMarketplace', 'assignJob', jobId, bytes(gpuDid));

/** A call of the market whose only argument is the job. */
export const onJob = (
	chain: Chain,
	method: 'matchJob' | 'startJob' | 'finalizeJob' | 'cancelJob' | 'expireJob' | 'abandonJob' | 'reapJob',
	jobId: number,
): Call => chain.call('jobMarketplace', method, jobId);

export const completeJob = (
	chain: Chain,
	jobId: number,
	hash: Uint8Array,
	tokensUsed: number,
	result: Uint8Array | null,
): Call =>
	chain.call(
		'jobMarketplace',
		'completeJob',
		jobId,
		u8aToHex(hash),
		tokensUsed,
		result === null ? null : bytes(result),
	);

export const acceptResult = (chain: Chain, jobId: number, stars: number | null): Call =>
	chain.call('jobMarketplace', 'acceptResult', jobId, stars);

export const disputeJob = (
	chain: Chain,
	jobId: number,
	reason: DisputeReason,
	evidenceHash: string,
): Call => chain.call('jobMarketplace', 'disputeJob', jobId, reason, evidenceHash);

export const answerDispute = (chain: Chain, jobId: number, answer: DisputeAnswer): Call =>
	chain.call(
		'jobMarketplace',
		'answerDispute',
		jobId,
		'Result' in answer ? { Result: bytes(answer.Result) } : answer,
	);

/** The arbiter's call: governance, on the networks that this project runs. */
export const resolveDispute = (chain: Chain, jobId: number, verdict: Verdict): Call =>
	chain.call('jobMarketplace', 'resolveDispute', jobId, verdict);

export const hire = (chain: Chain, order: HireOrder, { offer, signature }: SignedOffer): Call =>
	chain.call(
		'jobMarketplace',
		'hire',
		{
			payload: { Inline: bytes(order.prompt) },
			maxTokens: order.maxTokens,
			maxPayment: order.maxPayment,
			seed: null,
		},
		{ offer: offerFields(offer), signature },
	);

export const settleBatch = (chain: Chain, jobIds: readonly number[]): Call =>
	chain.call('jobMarketplace', 'settleBatch', jobIds);

export const acceptBatch = (
	chain: Chain,
	jobs: readonly (readonly [jobId: number, stars: number | null])[],
): Call => chain.call('jobMarketplace', 'acceptBatch', jobs);

export const withdrawBids = (
	chain: Chain,
	bids: readonly (readonly [jobId: number, gpuDid: string])[],
): Call =>
	chain.call(
		'jobMarketplace',
		'withdrawBids',
		bids.map(([jobId, gpuDid]) => [jobId, bytes(gpuDid)]),
	);

export const reapBatch = (chain: Chain, jobIds: readonly number[]): Call =>
	chain.call('jobMarketplace', 'reapBatch', jobIds);

/** A call about a slash whose only argument is its number. */
export const onSlash = (chain: Chain, method: 'releaseSlash' | 'appealSlash', slashId: number): Call =>
	chain.call('reputation', method, slashId);

/** `setParameters` of a pallet with the present parameters but for `changes`. */
export async function changedParameters(
	chain: Chain,
	section: 'gpuRegistry' | 'jobMarketplace' | 'paymentStreams' | 'reputation',
	changes: Readonly<Record<string, unknown>>,
): Promise<Call> {
	const stored = (await chain.read(section, 'parameters')).toJSON() as Record<string, unknown>;
	for (const name of Object.keys(changes)) {
		if (!(name in stored)) throw new Error(`${section} has no parameter ${name}`);
	}
	return chain.call(section, 'setParameters', { ...stored, ...changes });
}

/** Score of a registered node, of 10 000. */
export async function readScore(chain: Chain, gpuDid: string, at?: Hash | string): Promise<number> {
	const profile = json(await chain.read('gpuRegistry', 'gpuNodes', [bytes(gpuDid)], at));
	if (profile === undefined) throw new Error(`there is no node ${gpuDid}`);
	return toNumber(profile['reputationScore'] as Json[string]);
}

/** Number of the version of a model that new jobs run. */
export async function readVersion(chain: Chain, modelDid: string): Promise<number> {
	const record = json(await chain.read('aiModels', 'models', [didHash(modelDid)]));
	if (record === undefined) throw new Error(`there is no model ${modelDid}`);
	return toNumber(record['version'] as Json[string]);
}

type Json = Record<string, string | number | boolean | null>;

function json(codec: Codec): Record<string, Json[string] | Json> | undefined {
	return codec.isEmpty ? undefined : (codec.toJSON() as Record<string, Json[string] | Json>);
}

/** The record of a job, now or at a block. */
export async function readJob(chain: Chain, jobId: number, at?: Hash | string): Promise<Job> {
	const record = json(await chain.read('jobMarketplace', 'jobs', [jobId], at));
	if (record === undefined) throw new Error(`there is no job ${jobId}`);
	const assignment = record['assignment'] as Json | null;
	const delivery = record['delivery'] as Json | null;
	const field = (name: string) => record[name] as Json[string];
	return {
		requester: String(field('requester')),
		modelDid: toText(field('modelDid')),
		maxTokens: toNumber(field('maxTokens')),
		maxPayment: toBigInt(field('maxPayment')),
		status: String(field('status')),
		deadline: toNumber(field('deadline')),
		bidEnd: toNumber(field('bidEnd')),
		attempts: toNumber(field('attempts')),
		bidCount: toNumber(field('bidCount')),
		deposit: toBigInt(field('deposit')),
		assignment: assignment
			? {
					owner: String(assignment['owner']),
					pricePerToken: toBigInt(assignment['pricePerToken']),
				}
			: undefined,
		delivery: delivery
			? {
					resultHash: String(delivery['resultHash']),
					tokensUsed: toNumber(delivery['tokensUsed']),
					timing: String(delivery['timing']),
				}
			: undefined,
		rating: field('rating') === null ? undefined : toNumber(field('rating')),
	};
}

async function readBytes(chain: Chain, item: string, jobId: number): Promise<Uint8Array | undefined> {
	const stored = (await chain.read('jobMarketplace', item, [jobId])) as Option<Bytes>;
	// Bare: without the length before the bytes.
	return stored.isSome ? stored.unwrap().toU8a(true) : undefined;
}

/** The prompt of a job as it lies on chain. */
export const readPrompt = (chain: Chain, jobId: number) => readBytes(chain, 'prompts', jobId);

/** The result of a job as it lies on chain. */
export const readResult = (chain: Chain, jobId: number) => readBytes(chain, 'results', jobId);

/** What an account has, now or at a block. */
export async function readMoney(chain: Chain, account: string, at?: Hash | string): Promise<Money> {
	const record = (await chain.read('system', 'account', [account], at)).toJSON();
	const { free, reserved } = (record as { data: { free: string; reserved: string } }).data;
	return { free: toBigInt(free), held: toBigInt(reserved) };
}
