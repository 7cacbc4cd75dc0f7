/** One compute job from an empty account to the payout, every step a transaction on a live chain. */
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import { u8aToHex } from '@polkadot/util';
import { blake2AsHex } from '@polkadot/util-crypto';
import { eventOf, toBigInt, toNumber, type Call, type Chain, type Receipt } from './chain.ts';
import * as market from './market.ts';
import { countTokens, infer, type Inference } from './provider.ts';
import { Table } from './table.ts';
import { EDSC, formatEdsc, formatUnits } from './units.ts';

/** What the requester asks in the demo. */
export const PROMPT = `Summarise in 2 sentences: \
A partition burst chain runs beside its relay chain and reports its state to it. \
The compute chain is such a chain, and its market brings requesters and GPU nodes together. \
A requester puts the whole budget of a job in escrow before any node sees the prompt. \
GPU nodes bid a price per token, and the best bid wins the job when the bidding ends. \
It rained in the mountains for most of the week. \
The node that wins the job computes the result, counts the tokens and delivers both on chain. \
When the requester accepts the result, the market pays the node for the tokens of the job and \
sends the rest of the escrow back.`;

// Odd as well: 7.77 % of the payment.
const ROYALTY_BPS = 777;
const MAX_TOKENS = 800;
const MAX_PAYMENT = 25n * EDSC;
// Odd on purpose: five percent of it is no whole number of units.
const PRICE_PER_TOKEN = 12_345_678_901n;
const LATENCY_MS = 60_000;
const STARS = 5;
const STAKE = 1_000n * EDSC;
const PROVIDER_FUNDS = STAKE + 100n * EDSC;
const REQUESTER_FUNDS = 100n * EDSC;
const MODEL_OWNER_FUNDS = 150n * EDSC;

/** A number that the chain must have got exactly right. */
export interface Check {
	readonly what: string;
	readonly expected: bigint;
	readonly found: bigint;
}

/** What a journey did. */
export interface Outcome {
	readonly jobId: number;
	readonly gpuDid: string;
	readonly inference: Inference;
	readonly gross: bigint;
	readonly checks: readonly Check[];
}

/** Who takes part. */
export interface Actors {
	readonly requester: KeyringPair;
	readonly provider: KeyringPair;
	readonly modelOwner: KeyringPair;
	/** Pays for the others' accounts and makes the calls that anybody may make. */
	readonly funder: KeyringPair;
}

/** New accounts for one run, from the funder's secret and the name of the run. */
export function actors(funderUri: string, run: string): Actors {
	const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
	return {
		funder: keyring.addFromUri(funderUri),
		requester: keyring.addFromUri(`${funderUri}//requester//${run}`),
		provider: keyring.addFromUri(`${funderUri}//provider//${run}`),
		modelOwner: keyring.addFromUri(`${funderUri}//model//${run}`),
	};
}

/** A name that no earlier run on the chain has used. */
export function newRun(): string {
	return `${Date.now().toString(36)}-${process.pid.toString(36)}`;
}

const TABLE = new Table([
	{ title: '#', width: 2, align: 'right' },
	{ title: 'step', width: 31 },
	{ title: 'extrinsic', width: 27 },
	{ title: 'block', width: 6, align: 'right' },
	{ title: 'event', width: 15 },
	{ title: 'requester', width: 10, align: 'right' },
	{ title: 'held', width: 9, align: 'right' },
	{ title: 'provider', width: 10, align: 'right' },
	{ title: 'held', width: 10, align: 'right' },
	{ title: 'model own.', width: 10, align: 'right' },
	{ title: 'treasury', width: 9, align: 'right' },
]);

/** Runs the journey; `print` gets its lines as they come. */
export async function runJourney(
	chain: Chain,
	{ requester, provider, modelOwner, funder }: Actors,
	run: string,
	print: (line: string) => void,
): Promise<Outcome> {
	const fees = { requester: 0n, provider: 0n, modelOwner: 0n };
	let steps = 0;

	async function step(
		title: string,
		call: Call,
		signer: KeyringPair,
		section: string,
		method: string,
	): Promise<Receipt> {
		const receipt = await chain.send(call, signer);
		if (signer === requester) fees.requester += receipt.fee;
		if (signer === provider) fees.provider += receipt.fee;
		if (signer === modelOwner) fees.modelOwner += receipt.fee;
		eventOf(receipt, section, method);
		const at = receipt.blockHash;
		const [mine, theirs, author, treasury] = await Promise.all([
			market.readMoney(chain, requester.address, at),
			market.readMoney(chain, provider.address, at),
			market.readMoney(chain, modelOwner.address, at),
			market.readMoney(chain, market.TREASURY, at),
		]);
		steps += 1;
		print(
			TABLE.row([
				`${steps}`,
				title,
				`${call.method.section}.${call.method.method}`,
				`${receipt.blockNumber}`,
				method,
				formatEdsc(mine.free),
				formatEdsc(mine.held),
				formatEdsc(theirs.free),
				formatEdsc(theirs.held),
				formatEdsc(author.free),
				formatEdsc(treasury.free),
			]),
		);
		return receipt;
	}

	const gpu: market.Gpu = {
		did: `did:etrid:gpu:${run}`,
		model: 'NVIDIA H100 80GB HBM3',
		vramGb: 80,
		cudaCores: 16_896,
		location: 'EU-CENTRAL-1',
		stake: STAKE,
	};
	const userDid = `did:etrid:user:${run}`;
	const model: market.Model = {
		did: `did:etrid:ai:llm:extractive-summary-${run}`,
		minVramGb: 40,
		royaltyBps: ROYALTY_BPS,
	};
	const pay = (to: KeyringPair, amount: bigint) =>
		chain.call('balances', 'transferKeepAlive', to.address, amount);

	print(`Provider  ${provider.address}  ${gpu.did}`);
	print(`Requester ${requester.address}  ${userDid}`);
	print(`Model     ${modelOwner.address}  ${model.did}`);
	print(`Treasury  ${market.TREASURY}`);
	print('');
	print('Balances in EDSC, cut to four decimals: free, then held; of model owner and treasury free.');
	print(TABLE.header());

	await step('fund the provider', pay(provider, PROVIDER_FUNDS), funder, 'balances', 'Transfer');
	await step('fund the requester', pay(requester, REQUESTER_FUNDS), funder, 'balances', 'Transfer');
	await step('fund the model owner', pay(modelOwner, MODEL_OWNER_FUNDS), funder, 'balances', 'Transfer');
	await step(
		'model owner registers an AI',
		market.registerAi(chain, model.did),
		modelOwner,
		'aidid',
		'AIRegistered',
	);
	await step(
		`… and its model, royalty ${ROYALTY_BPS / 100} %`,
		market.registerModel(chain, model),
		modelOwner,
		'aiModels',
		'ModelRegistered',
	);
	await step(
		'provider anchors its GPU DID',
		market.registerDid(chain, gpu.did, provider.address, `${gpu.model}, ${gpu.vramGb} GB`),
		provider,
		'didRegistry',
		'DidRegistered',
	);
	await step(
		'requester anchors its DID',
		market.registerDid(chain, userDid, requester.address, 'requester of the demo'),
		requester,
		'didRegistry',
		'DidRegistered',
	);
	await step(
		'provider stakes, registers GPU',
		market.registerNode(chain, gpu),
		provider,
		'gpuRegistry',
		'NodeRegistered',
	);

	const submitted = await step(
		'requester submits a prompt',
		market.submitJob(chain, {
			modelDid: model.did,
			prompt: new TextEncoder().encode(PROMPT),
			maxTokens: MAX_TOKENS,
			maxPayment: MAX_PAYMENT,
			minVramGb: 0,
			confidential: false,
		}),
		requester,
		'jobMarketplace',
		'JobSubmitted',
	);
	const { data } = eventOf(submitted, 'jobMarketplace', 'JobSubmitted');
	const jobId = toNumber(data['jobId']);
	const jobDeposit = toBigInt(data['deposit']);
	const bidEnd = toNumber(data['bidEnd']);

	await step(
		'provider bids',
		market.placeBid(chain, jobId, gpu.did, PRICE_PER_TOKEN, LATENCY_MS),
		provider,
		'jobMarketplace',
		'BidPlaced',
	);
	print(`    … until the bidding of job ${jobId} ends at tick ${bidEnd}`);
	await chain.clockReaches(bidEnd);
	await step(
		'anybody lets the best bid win',
		market.onJob(chain, 'matchJob', jobId),
		funder,
		'jobMarketplace',
		'JobAssigned',
	);
	await step(
		'provider starts',
		market.onJob(chain, 'startJob', jobId),
		provider,
		'jobMarketplace',
		'JobStarted',
	);

	const prompt = await market.readPrompt(chain, jobId);
	if (prompt === undefined) throw new Error(`the prompt of job ${jobId} is not on chain`);
	const inference = infer(prompt, (await market.readJob(chain, jobId)).maxTokens);
	await step(
		'provider computes and delivers',
		market.completeJob(chain, jobId, inference.hash, inference.tokens, inference.bytes),
		provider,
		'jobMarketplace',
		'JobCompleted',
	);

	await verify(chain, jobId);
	const settled = await step(
		'requester checks and accepts',
		market.acceptResult(chain, jobId, STARS),
		requester,
		'jobMarketplace',
		'JobSettled',
	);

	// What the chain must have done, computed from the price, the tokens and the rules alone.
	const gross = BigInt(inference.tokens) * PRICE_PER_TOKEN;
	const parts = market.divide(gross, ROYALTY_BPS);
	const before = (await chain.api.rpc.chain.getHeader(settled.blockHash)).parentHash;
	const [mine, theirs, author, treasury, treasuryBefore, job] = await Promise.all([
		market.readMoney(chain, requester.address, settled.blockHash),
		market.readMoney(chain, provider.address, settled.blockHash),
		market.readMoney(chain, modelOwner.address, settled.blockHash),
		market.readMoney(chain, market.TREASURY, settled.blockHash),
		market.readMoney(chain, market.TREASURY, before),
		market.readJob(chain, jobId, settled.blockHash),
	]);
	const didDeposit = toBigInt(chain.api.consts['didRegistry']?.['registrationDeposit']);
	const modelDeposit = toBigInt(chain.api.consts['aiModels']?.['modelRegistrationDeposit']);
	const ai = (await chain.read('aidid', 'aiIdentities', [market.aiKey(model.did)])).toJSON();
	const aiDeposit = toBigInt((ai as { deposit: string }).deposit);
	const checks: Check[] = [
		{
			what: 'provider: funds + tokens × price − 5 % − royalty − own transaction fees',
			expected: PROVIDER_FUNDS + parts.provider - fees.provider,
			found: theirs.free + theirs.held,
		},
		{
			what: 'provider: still held, stake and DID deposit',
			expected: STAKE + didDeposit,
			found: theirs.held,
		},
		{
			what: 'requester: funds − tokens × price − own transaction fees',
			expected: REQUESTER_FUNDS - gross - fees.requester,
			found: mine.free + mine.held,
		},
		{
			what: 'requester: still held, deposits of job record and DID',
			expected: jobDeposit + didDeposit,
			found: mine.held,
		},
		{
			what: 'model owner: funds + royalty − own transaction fees',
			expected: MODEL_OWNER_FUNDS + parts.royalty - fees.modelOwner,
			found: author.free + author.held,
		},
		{
			what: 'model owner: still held, deposits of model and AI',
			expected: modelDeposit + aiDeposit,
			found: author.held,
		},
		{
			what: 'treasury: + 5 % in the block of the settlement',
			expected: parts.fee,
			found: treasury.free - treasuryBefore.free,
		},
		{
			what: 'tokens: counted again from prompt and result',
			expected: BigInt(countTokens(PROMPT) + countTokens(inference.text)),
			found: BigInt(job.delivery?.tokensUsed ?? -1),
		},
	];

	print('');
	print(`Result of job ${jobId}, ${inference.tokens} tokens, hash ${u8aToHex(inference.hash)}:`);
	print(`  ${inference.text}`);
	print('');
	print(`Paid: ${inference.tokens} tokens × ${formatUnits(PRICE_PER_TOKEN)} = ${formatUnits(gross)} units`);
	print(`  ${formatUnits(parts.provider)} to the provider, ${formatUnits(parts.royalty)} to the model owner,`);
	print(`  ${formatUnits(parts.fee)} to the treasury, ${formatUnits(MAX_PAYMENT - gross)} back to the requester`);
	print('');
	print('To the unit:');
	for (const { what, expected, found } of checks) {
		const verdict = expected === found ? 'ok   ' : 'WRONG';
		const difference = expected === found ? '' : `, expected ${formatUnits(expected)}`;
		print(`  ${verdict} ${what}: ${formatUnits(found)}${difference}`);
	}
	if (job.status !== 'Settled' || job.rating !== STARS) {
		throw new Error(`job ${jobId} is ${job.status} with rating ${job.rating}`);
	}
	return { jobId, gpuDid: gpu.did, inference, gross, checks };
}

/** What a careful requester does before it pays: hashes the delivered bytes and counts again. */
async function verify(chain: Chain, jobId: number): Promise<void> {
	const { delivery } = await market.readJob(chain, jobId);
	const result = await market.readResult(chain, jobId);
	if (delivery === undefined || result === undefined) throw new Error('nothing was delivered');
	if (blake2AsHex(result, 256) !== delivery.resultHash) throw new Error('the result has another hash');
	const tokens = countTokens(PROMPT) + countTokens(new TextDecoder().decode(result));
	if (tokens !== delivery.tokensUsed) {
		throw new Error(`the provider counted ${delivery.tokensUsed} tokens where there are ${tokens}`);
	}
}
