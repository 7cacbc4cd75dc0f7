/** The project's own pallets as a client sees them. */
import { stringToU8a, u8aToHex } from '@polkadot/util';
import { blake2AsHex, encodeAddress } from '@polkadot/util-crypto';
import type { Bytes, Option } from '@polkadot/types';
import type { Codec } from '@polkadot/types/types';
import type { Hash } from '@polkadot/types/interfaces';
import { toBigInt, toNumber, toText, type Call, type Chain } from './chain.ts';

/** Where platform fees go: the treasury's account, which has no key. */
export const TREASURY = encodeAddress(Buffer.from('modlpy/trsry'.padEnd(32, '\0')), 42);

/** The platform's share of a payment, in percent. */
export const PLATFORM_FEE_PERCENT = 5n;

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
