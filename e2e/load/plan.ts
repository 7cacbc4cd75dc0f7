/** What will happen in a run, decided before it begins: everything here follows from the seed. */
import { EDSC } from '../src/units.ts';
import { Random } from './random.ts';

/** How big a run is. */
export interface Size {
	readonly jobs: number;
	readonly providers: number;
	readonly models: number;
	readonly requesters: number;
}

/**
 * What becomes of jobs, in percent, and how. A job whose first node fails and that has other bids is
 * done by the next best.
 */
export const FATES = {
	accepted: { percent: 33, story: 'delivered, accepted, mostly rated' },
	finalised: { percent: 12, story: 'delivered, requester silent, settled by anybody' },
	late: { percent: 6, story: 'delivered inside the late grace, accepted' },
	cancelled: { percent: 6, story: 'cancelled by the requester' },
	unwanted: { percent: 4, story: 'no bid, expires' },
	returned: { percent: 6, story: 'given back before the start' },
	noShow: { percent: 8, story: 'never started, expires' },
	abandoned: { percent: 4, story: 'given up after the start' },
	timedOut: { percent: 4, story: 'started, no result, expires' },
	proven: { percent: 3, story: 'said to be missing, answered with the bytes, accepted' },
	lost: { percent: 3, story: 'disputed, the requester wins' },
	won: { percent: 3, story: 'disputed, the provider wins' },
	split: { percent: 2, story: 'disputed, half of the tokens are paid' },
	unanswered: { percent: 2, story: 'disputed, no answer, expires' },
	conceded: { percent: 1, story: 'disputed, given up by the provider' },
	withdrawn: { percent: 2, story: 'disputed, taken back by the requester' },
	undecided: { percent: 1, story: 'disputed, the arbiter is silent, half is paid' },
} as const;

export type Fate = keyof typeof FATES;

/** Fates of jobs that are disputed. */
export const CONTESTED: readonly Fate[] = [
	...(['proven', 'lost', 'won', 'split'] as const),
	...(['unanswered', 'conceded', 'withdrawn', 'undecided'] as const),
];

/** How a job comes to the chain. */
export type Way = 'submit' | 'options' | 'hire';

/** What becomes of a slash. */
export type SlashFate = 'released' | 'upheld' | 'overturned' | 'unheard';

const SLASH_FATES: Readonly<Record<SlashFate, number>> = {
	released: 70,
	upheld: 12,
	overturned: 10,
	unheard: 8,
};

export interface ProviderPlan {
	readonly index: number;
	readonly keyType: 'sr25519' | 'ed25519' | 'ecdsa';
	readonly vramGb: number;
	readonly location: string;
	/** Models that it hosts, by number. */
	readonly hosts: readonly number[];
}

export interface ModelPlan {
	readonly index: number;
	readonly minVramGb: number;
	readonly royaltyBps: number;
	/** Number of the model that it descends from. */
	readonly parent: number | undefined;
	/** Whether its owner lets only hosts run it. */
	readonly hosting: 'Anyone' | 'Hosts';
	/** The least price per token that its owner accepts. */
	readonly leastPrice: bigint | undefined;
}

export interface BidPlan {
	readonly provider: number;
	readonly price: bigint;
	readonly latencyMs: number;
}

export interface JobPlan {
	readonly index: number;
	readonly fate: Fate;
	readonly way: Way;
	readonly requester: number;
	readonly model: number;
	readonly prompt: Uint8Array;
	readonly maxTokens: number;
	readonly maxPayment: bigint;
	/** The bids; for a hire, the one offer. */
	readonly bids: readonly BidPlan[];
	/** Who gives the job to a bid: the requester, who takes the first, or matching. */
	readonly assignedBy: 'requester' | 'market';
	readonly result: 'onChain' | 'offChain';
	readonly stars: number | null;
}

export interface Plan {
	readonly seed: number;
	readonly providers: readonly ProviderPlan[];
	readonly models: readonly ModelPlan[];
	readonly jobs: readonly JobPlan[];
	readonly requesters: number;
	/** What will become of the next slash. */
	slashFate(): SlashFate;
}

/** Share of its royalty that a descendant pays, in 1/10 000 of it. */
export const PARENT_BPS = 2_500;
/** Royalty that no model exceeds, in 1/10 000. */
const MAX_ROYALTY_BPS = 2_000;
const MILLI = EDSC / 1_000n;
/** What a requester pays at most per token. */
const BUDGET = 40n * MILLI;
const TICK_MS = 6_000;
const MAX_BIDS = 4;

const SUBJECTS = [
	'Validators vote on blocks',
	'A node answers every heartbeat',
	'The market ranks bids by price',
	'Escrow protects both sides',
	'A royalty rewards the model',
	'Relay chains keep the time',
];
const ENDINGS = ['while it rains', 'before the deadline', 'without a doubt', 'on every slot'];

export function makePlan(seed: number, size: Size): Plan {
	const random = new Random(seed);
	const models = Array.from({ length: size.models }, (_, index): ModelPlan => {
		// The first quarter welcomes descendants, the last quarter are some.
		const quarter = Math.max(1, Math.floor(size.models / 4));
		const descends = index >= size.models - quarter && index >= quarter;
		return {
			index,
			minVramGb: random.pick([0, 16, 24, 48]),
			royaltyBps: random.between(0, MAX_ROYALTY_BPS),
			parent: descends ? random.between(0, quarter - 1) : undefined,
			hosting: index % 5 === 4 ? 'Hosts' : 'Anyone',
			leastPrice: index % 4 === 3 ? 6n * MILLI : undefined,
		};
	});
	const hosted = models.filter(({ hosting }) => hosting === 'Hosts').map(({ index }) => index);
	const providers = Array.from({ length: size.providers }, (_, index): ProviderPlan => {
		const vramGb = index % 4 === 0 ? 80 : random.pick([24, 48, 80]);
		const fitting = hosted.filter((model) => vramGb >= (models[model]?.minVramGb ?? 0));
		return {
			index,
			keyType: (['sr25519', 'ed25519', 'ecdsa'] as const)[index % 3] ?? 'sr25519',
			vramGb,
			location: random.pick(['EU-NORTH-1', 'EU-WEST-3', 'US-EAST-1', 'AP-SOUTH-2']),
			// Every fourth node hosts all that it can, so that no model is without.
			hosts: index % 4 === 0 ? fitting : random.some(fitting, 1),
		};
	});

	const percents = Object.fromEntries(
		Object.entries(FATES).map(([fate, { percent }]) => [fate, percent]),
	) as Record<Fate, number>;
	const jobs = Array.from({ length: size.jobs }, (_, index): JobPlan => {
		// Small runs see every fate too.
		const fates = Object.keys(FATES) as Fate[];
		const fate = fates[index] ?? random.weighted(percents);
		const hirable = fate !== 'cancelled' && fate !== 'unwanted';
		const way = hirable && random.chance(0.1) ? 'hire' : random.chance(0.1) ? 'options' : 'submit';
		const model = random.pick(models);
		const able = providers.filter(
			({ vramGb, hosts }) =>
				vramGb >= model.minVramGb && (model.hosting === 'Anyone' || hosts.includes(model.index)),
		);
		const count = fate === 'unwanted' ? 0 : way === 'hire' ? 1 : random.between(1, MAX_BIDS);
		const maxTokens = random.between(200, 400);
		return {
			index,
			fate,
			way,
			requester: random.between(0, size.requesters - 1),
			model: model.index,
			prompt: promptOf(random, index),
			maxTokens,
			maxPayment: BUDGET * BigInt(maxTokens),
			bids: random.some(able, count).map(({ index: provider }) => ({
				provider,
				price: BigInt(random.between(6_000, 30_000)) * (MILLI / 1_000n) + 1n,
				latencyMs: random.between(50, 120) * TICK_MS,
			})),
			assignedBy: random.chance(0.3) ? 'requester' : 'market',
			result: fate === 'proven' || random.chance(0.3) ? 'offChain' : 'onChain',
			stars: random.chance(0.8) ? random.between(1, 5) : null,
		};
	});
	return {
		seed,
		providers,
		models,
		jobs,
		requesters: size.requesters,
		slashFate: () => random.weighted(SLASH_FATES),
	};
}

function promptOf(random: Random, index: number): Uint8Array {
	const sentences = Array.from(
		{ length: random.between(3, 8) },
		() => `${random.pick(SUBJECTS)} ${random.pick(ENDINGS)}.`,
	);
	const text = `Summarise in 2 sentences: Job ${index} asks this. ${sentences.join(' ')}`;
	return new TextEncoder().encode(text);
}
