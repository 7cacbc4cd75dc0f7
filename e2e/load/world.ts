/** Who takes part in a run, and how they come to the chain. */
import { Keyring } from '@polkadot/api';
import type { KeyringPair } from '@polkadot/keyring/types';
import type { Call, Chain } from '../src/chain.ts';
import * as market from '../src/market.ts';
import { EDSC } from '../src/units.ts';
import type { Dispatcher, Request } from './dispatcher.ts';
import { PARENT_BPS, type ModelPlan, type Plan, type ProviderPlan } from './plan.ts';

export interface Provider extends ProviderPlan {
	readonly pair: KeyringPair;
	readonly gpuDid: string;
}

export interface Model extends ModelPlan {
	readonly owner: KeyringPair;
	readonly did: string;
}

/** The accounts of a run. */
export interface World {
	/** Funds the others and governs. */
	readonly governor: KeyringPair;
	/** Makes the calls that anybody may make. */
	readonly helper: KeyringPair;
	readonly providers: readonly Provider[];
	readonly models: readonly Model[];
	readonly requesters: readonly KeyringPair[];
}

/** Deadlines of a run, in ticks: long enough for a crowd, and the shortest where nobody acts. */
export const MARKET = {
	bidding: 100,
	matching: 100,
	start: 100,
	lateGrace: 60,
	rating: 600,
	retention: 600,
	response: 600,
	arbitration: 7_200,
};
const REPUTATION = { appeal: 2_400, arbitration: 2_400 };
/** Nobody sends heartbeats here. */
const REGISTRY = { maxMissedRounds: 100, unbondingPeriod: 2_400 };

/** Jobs that a node runs at the same time. */
const CAPACITY = 16;
const STAKE = 1_500n * EDSC;
const FUNDS = {
	helper: 1_000n * EDSC,
	provider: STAKE + 100n * EDSC,
	modelOwner: 150n * EDSC,
	/** Beside the escrows of its jobs. */
	requester: 50n * EDSC,
	/** For deposit, bond and fees of a job. */
	job: 3n * EDSC,
};
const TRANSFERS_AT_ONCE = 50;

export function makeWorld(plan: Plan): World {
	const keyring = (type: 'sr25519' | 'ed25519' | 'ecdsa') => new Keyring({ type, ss58Format: 42 });
	const sr25519 = keyring('sr25519');
	const pair = (path: string, ring = sr25519) => ring.addFromUri(`//Alice//load//${path}`);
	return {
		governor: sr25519.addFromUri('//Alice'),
		helper: pair('helper'),
		providers: plan.providers.map((provider) => ({
			...provider,
			pair: pair(`provider//${provider.index}`, keyring(provider.keyType)),
			gpuDid: `did:etrid:gpu:load-${provider.index}`,
		})),
		models: plan.models.map((model) => ({
			...model,
			owner: pair(`model//${model.index}`),
			did: `did:etrid:ai:llm:load-${model.index}`,
		})),
		requesters: Array.from({ length: plan.requesters }, (_, index) => pair(`requester//${index}`)),
	};
}

/** Addresses of every account of the run but the governor's. */
export const participants = ({ helper, providers, models, requesters }: World): string[] => [
	helper.address,
	...providers.map(({ pair }) => pair.address),
	...models.map(({ owner }) => owner.address),
	...requesters.map(({ address }) => address),
];

/** What each of them needs. */
function shares(world: World, { jobs }: Plan): [address: string, amount: bigint][] {
	const { helper, providers, models, requesters } = world;
	const needed = (requester: number) =>
		jobs
			.filter((job) => job.requester === requester)
			.reduce((sum, { maxPayment }) => sum + maxPayment + FUNDS.job, FUNDS.requester);
	return [
		[helper.address, FUNDS.helper],
		...providers.map(({ pair }): [string, bigint] => [pair.address, FUNDS.provider]),
		...models.map(({ owner }): [string, bigint] => [owner.address, FUNDS.modelOwner]),
		...requesters.map(({ address }, index): [string, bigint] => [address, needed(index)]),
	];
}

/** Some calls of one account as one transaction. */
export function together(
	chain: Chain,
	signer: KeyringPair,
	name: string,
	calls: readonly Call[],
): Request {
	const [only] = calls;
	const call = calls.length === 1 && only !== undefined ? only : chain.all(calls);
	return { signer, call, name, calls: calls.length };
}

/** A list in pieces of at most so many elements. */
export function pieces<T>(list: readonly T[], size: number): T[][] {
	return Array.from({ length: Math.ceil(list.length / size) }, (_, index) =>
		list.slice(index * size, (index + 1) * size),
	);
}

/** Gives the accounts their money and sets the deadlines. */
export async function fund(
	chain: Chain,
	dispatcher: Dispatcher,
	world: World,
	plan: Plan,
): Promise<void> {
	const { governor } = world;
	const jobs = chain.call('jobMarketplace', 'updateMaxJobs', 10_000);
	const changes = [
		await market.changedParameters(chain, 'jobMarketplace', MARKET),
		await market.changedParameters(chain, 'reputation', REPUTATION),
		await market.changedParameters(chain, 'gpuRegistry', REGISTRY),
		jobs,
	];
	const govern = chain.call('sudo', 'sudo', chain.all(changes));
	const transfers = pieces(shares(world, plan), TRANSFERS_AT_ONCE).map((some) =>
		together(
			chain,
			governor,
			'transfer',
			some.map(([address, amount]) =>
				chain.call('balances', 'transferKeepAlive', address, amount),
			),
		),
	);
	await dispatcher.run([
		{ signer: governor, call: govern, name: 'set parameters', calls: changes.length },
		...transfers,
	]);
}

/** Registers nodes and models. */
export async function register(chain: Chain, dispatcher: Dispatcher, world: World): Promise<void> {
	const nodes = world.providers.map(({ pair, gpuDid, vramGb, location }) =>
		together(chain, pair, 'register node', [
			market.registerDid(chain, gpuDid, pair.address, gpuDid),
			market.registerNode(chain, {
				did: gpuDid,
				model: 'NVIDIA A100',
				vramGb,
				cudaCores: 6_912,
				location,
				stake: STAKE,
			}),
			chain.call('gpuRegistry', 'setCapacity', market.bytes(gpuDid), CAPACITY),
		]),
	);
	const [roots, descendants] = [
		world.models.filter(({ parent }) => parent === undefined),
		world.models.filter(({ parent }) => parent !== undefined),
	].map((models) =>
		models.map((model) =>
			together(chain, model.owner, 'register model', registration(chain, model, world)),
		),
	);
	await dispatcher.run([...nodes, ...(roots ?? [])]);
	const hosts = world.providers
		.filter(({ hosts }) => hosts.length > 0)
		.map(({ pair, gpuDid, hosts }) => {
			const dids = world.models.filter(({ index }) => hosts.includes(index)).map(({ did }) => did);
			const calls = dids.map((did) => market.hostModel(chain, did, gpuDid));
			return together(chain, pair, 'host model', calls);
		});
	await dispatcher.run(descendants ?? []);
	await dispatcher.run(hosts);
}

function registration(chain: Chain, model: Model, { models }: World): Call[] {
	const { did, minVramGb, royaltyBps, parent, hosting, leastPrice } = model;
	const parentDid = models.find(({ index }) => index === parent)?.did;
	const claim =
		parentDid === undefined ? {} : { parent: { did: parentDid, maxShareBps: PARENT_BPS } };
	const isParent = models.some((other) => other.parent === model.index);
	return [
		market.registerAi(chain, did),
		market.registerModel(chain, { did, minVramGb, royaltyBps, ...claim }),
		...(isParent ? [market.welcomeDescendants(chain, did, PARENT_BPS)] : []),
		...(hosting === 'Hosts' ? [market.setHosting(chain, did, hosting)] : []),
		...(leastPrice === undefined
			? []
			: [
					chain.call('aiModels', 'setPricing', market.bytes(did), 0, 0, 0, [], {
						AtLeast: leastPrice,
					}),
				]),
	];
}
