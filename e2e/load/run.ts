/** A run from empty accounts to the last released deposit. */
import type { KeyringPair } from '@polkadot/keyring/types';
import { blake2AsHex } from '@polkadot/util-crypto';
import { toText, type Call, type Chain } from '../src/chain.ts';
import type { Check } from '../src/journey.ts';
import * as market from '../src/market.ts';
import { signOffer } from '../src/offers.ts';
import {
	Ledger,
	readHeldSlashes,
	readHolds,
	readIssuance,
	readRecords,
	readReserved,
	type Holds,
} from './audit.ts';
import { Dispatcher, type Request } from './dispatcher.ts';
import { CONTESTED, type BidPlan, type Plan } from './plan.ts';
import {
	Tracker,
	type JobAction,
	type Next,
	type SlashAction,
	type TrackedJob,
	type TrackedSlash,
} from './tracker.ts';
import { fund, makeWorld, participants, pieces, register, together, type World } from './world.ts';

/** Calls in one transaction. */
const CALLS_AT_ONCE = 25;
/** Items that the market's own batches take. */
const ITEMS_AT_ONCE = 64;
const EVIDENCE = blake2AsHex('evidence', 256);
/** Ticks for which an offer is good. */
const OFFER_LIFE = 1_000;
/** Reasons for which money stays on hold after the end, because what it was held for stays. */
export const STAYS = ['aidid.Deposit', 'didRegistry.Deposit'];

/** With all jobs in flight; with most disputes that are open at once; after the last call. */
export type AuditMoment = 'peak' | 'disputes' | 'end';

/** Holds of the chain and what the records say. */
export interface Audit {
	readonly moment: AuditMoment;
	readonly holds: Holds;
	readonly records: Holds;
}

/** How long one step of a run took. */
export interface Step {
	readonly name: string;
	/** Milliseconds of signing, of empty blocks, and of the rest: sending and full blocks. */
	readonly signingMs: number;
	readonly passingMs: number;
	readonly workingMs: number;
	/** Blocks, empty ones too. */
	readonly blocks: number;
}

export interface Outcome {
	readonly tracker: Tracker;
	readonly dispatcher: Dispatcher;
	readonly steps: readonly Step[];
	readonly genesis: Holds;
	readonly audits: readonly Audit[];
	readonly fees: bigint;
	readonly checks: readonly Check[];
}

/** What a run tells on its way. */
export interface Watcher {
	print(line: string): void;
	/** Sees the chain at those moments. */
	visit(chain: Chain, moment: AuditMoment): Promise<void>;
}

/** Every reason for a hold that any audit has seen or looked for. */
export const reasonsOf = (audits: readonly Audit[]): Set<string> =>
	new Set(audits.flatMap(({ holds, records }) => [...records.keys(), ...holds.keys()]));

/** Runs a plan on a fresh chain of its own. */
export async function run(
	chain: Chain,
	plan: Plan,
	collators: readonly string[],
	watcher: Watcher,
): Promise<Outcome> {
	return new Run(chain, plan, makeWorld(plan), collators, watcher).toTheEnd();
}

class Run {
	private readonly tracker: Tracker;
	private readonly ledger: Ledger;
	private readonly steps: Step[] = [];
	private readonly audits: Audit[] = [];
	private opened: Dispatcher | undefined;

	constructor(
		private readonly chain: Chain,
		private readonly plan: Plan,
		private readonly world: World,
		collators: readonly string[],
		private readonly watcher: Watcher,
	) {
		this.tracker = new Tracker(plan, world);
		const models = world.models.map(({ did, owner, parent }) => ({
			did,
			owner: owner.address,
			parentOwner: world.models.find(({ index }) => index === parent)?.owner.address,
		}));
		this.ledger = new Ledger(chain, participants(world), collators, models);
	}

	private get dispatcher(): Dispatcher {
		if (this.opened === undefined) throw new Error('nothing has been sent yet');
		return this.opened;
	}

	async toTheEnd(): Promise<Outcome> {
		const { chain, world, tracker, ledger } = this;
		const issuance = await readIssuance(chain);
		const genesis = await readHolds(chain, await this.genesis());
		this.opened = await Dispatcher.open(chain, (event, block) => {
			tracker.follow(event, block);
			ledger.follow(event);
		});
		await this.step('funding', () => fund(chain, this.dispatcher, world, this.plan));
		await ledger.open();
		await this.step('registration', () => register(chain, this.dispatcher, world));

		await this.step('submission', () => this.submit());
		await this.step('bids', () => this.bid());
		await this.step('hires', () => this.hire());
		await this.audit('peak');
		await this.step('work to the last job', () => this.work());
		await this.step('clean-up', () => this.cleanUp());
		await this.audit('end');

		const checks = await this.check(issuance, genesis);
		const { dispatcher, steps, audits } = this;
		return { tracker, dispatcher, steps, genesis, audits, fees: ledger.fees, checks };
	}

	private async genesis(): Promise<string> {
		return (await this.chain.api.rpc.chain.getBlockHash(0)).toHex();
	}

	private async step(name: string, act: () => Promise<void>): Promise<void> {
		const { dispatcher } = this;
		dispatcher.step = name;
		const [began, made] = [Date.now(), dispatcher.made];
		const { signingMs, passingMs } = dispatcher;
		await act();
		const ms = Date.now() - began;
		const blocks = dispatcher.made - made;
		const [signed, passed] = [dispatcher.signingMs - signingMs, dispatcher.passingMs - passingMs];
		this.steps.push({
			name,
			signingMs: signed,
			passingMs: passed,
			workingMs: ms - signed - passed,
			blocks,
		});
		this.watcher.print(`… ${name}: ${blocks} blocks, ${(ms / 1_000).toFixed(1)} s`);
	}

	private requesterOf({ plan }: TrackedJob): KeyringPair {
		const pair = this.world.requesters[plan.requester];
		if (pair === undefined) throw new Error(`there is no requester ${plan.requester}`);
		return pair;
	}

	private modelOf({ plan }: TrackedJob) {
		const model = this.world.models[plan.model];
		if (model === undefined) throw new Error(`there is no model ${plan.model}`);
		return model;
	}

	private bidderOf({ provider }: BidPlan) {
		const bidder = this.world.providers[provider];
		if (bidder === undefined) throw new Error(`there is no provider ${provider}`);
		return bidder;
	}

	/** Sends the transactions that bring jobs to the chain, one each. */
	private async bring(jobs: readonly TrackedJob[], callOf: (job: TrackedJob) => Call, name: string) {
		const sent = jobs.map((job): [TrackedJob, Request] => [
			job,
			{ signer: this.requesterOf(job), call: callOf(job), name, calls: 1 },
		]);
		const byRequest = new Map(sent.map(([job, { call }]) => [call, job]));
		for (const one of await this.dispatcher.run(sent.map(([, request]) => request))) {
			const job = byRequest.get(one.call);
			if (job === undefined) throw new Error('a job that nobody has sent');
			job.sent = { block: one.block - one.waitedBlocks, ms: one.sentAt };
			job.included = { block: one.block, ms: one.includedAt };
			this.tracker.name(job, one.events, one.block);
		}
		this.tracker.count();
	}

	private async submit(): Promise<void> {
		const { chain, tracker } = this;
		const jobs = tracker.jobs.filter(({ plan }) => plan.way !== 'hire');
		const callOf = (job: TrackedJob): Call => {
			const { plan } = job;
			const order = {
				modelDid: this.modelOf(job).did,
				prompt: plan.prompt,
				maxTokens: plan.maxTokens,
				maxPayment: plan.maxPayment,
				minVramGb: 0,
				confidential: false,
			};
			if (plan.way === 'submit') return market.submitJob(chain, order);
			return chain.call(
				'jobMarketplace',
				'submitJobWithOptions',
				market.bytes(order.modelDid),
				{ Inline: market.bytes(order.prompt) },
				order.maxTokens,
				order.maxPayment,
				order.minVramGb,
				order.confidential,
				{ minReputation: 1_000, seed: plan.index },
			);
		};
		await this.bring(jobs, callOf, 'submit job');
	}

	private async bid(): Promise<void> {
		const { chain, tracker } = this;
		const bids = tracker.jobs
			.filter(({ plan }) => plan.way !== 'hire')
			.flatMap((job) => job.plan.bids.map((bid) => ({ job, bid, bidder: this.bidderOf(bid) })));
		const requests = this.world.providers.flatMap((bidder) => {
			const own = bids.filter((bid) => bid.bidder === bidder);
			return pieces(own, CALLS_AT_ONCE).map((some) =>
				together(
					chain,
					bidder.pair,
					'bid',
					some.map(({ job, bid }) =>
						market.placeBid(chain, job.id, bidder.gpuDid, bid.price, bid.latencyMs),
					),
				),
			);
		});
		await this.dispatcher.run(requests);
	}

	private async hire(): Promise<void> {
		const { chain, tracker, world } = this;
		const jobs = tracker.jobs.filter(({ plan }) => plan.way === 'hire');
		const versions = await Promise.all(
			world.models.map(({ did }) => market.readVersion(chain, did)),
		);
		const now = await chain.now();
		const callOf = (job: TrackedJob): Call => {
			const { plan } = job;
			const [terms] = plan.bids;
			const modelVersion = versions[plan.model];
			if (terms === undefined || modelVersion === undefined) throw new Error('no offer');
			const { pair, gpuDid } = this.bidderOf(terms);
			const offer = {
				gpuDid,
				owner: pair.address,
				epoch: 0,
				offerId: plan.index,
				modelDid: this.modelOf(job).did,
				modelVersion,
				pricePerToken: terms.price,
				minTokens: 1,
				maxTokens: plan.maxTokens,
				estimatedLatencyMs: terms.latencyMs,
				confidential: false,
				maxFee: 5,
				maxRoyaltyBps: 10_000,
				requester: this.requesterOf(job).address,
				notBefore: now,
				expiresAt: now + OFFER_LIFE,
				maxUses: 1,
			};
			const { genesisHash, registry } = chain.api;
			const signed = signOffer(registry, genesisHash.toU8a(), pair, offer);
			return market.hire(chain, plan, signed);
		};
		await this.bring(jobs, callOf, 'hire');
	}

	/** Does what is to be done with each job and slash, until every job is over. */
	private async work(): Promise<void> {
		const { jobs } = this.tracker;
		const contested = jobs.filter(({ plan }) => CONTESTED.includes(plan.fate)).length;
		const isTold = () => this.audits.some(({ moment }) => moment === 'disputes');
		while (jobs.some(({ isOver }) => !isOver)) {
			await this.round();
			const open = jobs.filter(({ status }) => status === 'Disputed').length;
			if (open > contested / 2 && !isTold()) await this.audit('disputes');
		}
	}

	/** One round: all that can be done now, or else the ticks until something can. */
	private async round(): Promise<void> {
		const { chain, tracker } = this;
		const now = await chain.now();
		const jobs = sort(tracker.jobs, (job) => job.next(now));
		const slashes = sort([...tracker.slashes.values()], (slash) => slash.next(now));
		const requests = [
			...[...jobs.possible].flatMap(([action, some]) => this.requests(action, some)),
			...[...slashes.possible].flatMap(([action, some]) => this.slashRequests(action, some)),
		];
		if (requests.length > 0) {
			await this.dispatcher.run(requests);
			tracker.count();
			return;
		}
		const next = Math.min(jobs.next, slashes.next);
		if (!Number.isFinite(next)) throw new Error('nothing is left to do, and jobs are not over');
		await this.dispatcher.pass(next - now);
	}

	/** The transactions that do the same to some jobs. */
	private requests(action: JobAction, jobs: readonly TrackedJob[]): Request[] {
		const { chain, world } = this;
		switch (action) {
			case 'accept':
				return this.grouped(jobs, (job) => this.requesterOf(job), ITEMS_AT_ONCE, (signer, some) => {
					const items = some.map(({ id, plan }) => [id, plan.stars] as const);
					const call = market.acceptBatch(chain, items);
					return { signer, call, name: 'accept', calls: some.length };
				});
			case 'settle':
				return pieces(jobs, ITEMS_AT_ONCE).map((some) => ({
					signer: world.helper,
					call: market.settleBatch(chain, some.map(({ id }) => id)),
					name: 'settle',
					calls: some.length,
				}));
			case 'resolve':
				return [this.governed('resolve dispute', jobs.map((job) => this.verdict(job)))];
			default:
				return this.grouped(
					jobs,
					(job) => this.signerOf(action, job),
					CALLS_AT_ONCE,
					(signer, some) => {
						const calls = some.map((job) => this.callOf(action, job));
						return together(chain, signer, action, calls);
					},
				);
		}
	}

	private grouped(
		jobs: readonly TrackedJob[],
		signerOf: (job: TrackedJob) => KeyringPair,
		most: number,
		requestOf: (signer: KeyringPair, jobs: readonly TrackedJob[]) => Request,
	): Request[] {
		const groups = new Map<KeyringPair, TrackedJob[]>();
		for (const job of jobs) {
			const signer = signerOf(job);
			groups.set(signer, [...(groups.get(signer) ?? []), job]);
		}
		return [...groups].flatMap(([signer, own]) =>
			pieces(own, most).map((some) => requestOf(signer, some)),
		);
	}

	private signerOf(action: JobAction, job: TrackedJob): KeyringPair {
		switch (action) {
			case 'assign':
			case 'cancel':
			case 'dispute':
				return this.requesterOf(job);
			case 'start':
			case 'complete':
			case 'abandon':
			case 'answer': {
				if (job.holder === undefined) throw new Error(`job ${job.id} has no node`);
				return job.holder.pair;
			}
			default:
				return this.world.helper;
		}
	}

	private callOf(action: JobAction, job: TrackedJob): Call {
		const { chain } = this;
		const { id, plan } = job;
		switch (action) {
			case 'assign': {
				const [chosen] = plan.bids;
				if (chosen === undefined) throw new Error(`job ${id} has no bid`);
				return market.assignJob(chain, id, this.bidderOf(chosen).gpuDid);
			}
			case 'complete': {
				const { hash, tokens, bytes } = job.inference;
				const result = plan.result === 'onChain' ? bytes : null;
				return market.completeJob(chain, id, hash, tokens, result);
			}
			case 'dispute': {
				const reason = plan.fate === 'proven' ? 'NotDelivered' : 'WrongResult';
				return market.disputeJob(chain, id, reason, EVIDENCE);
			}
			case 'answer': {
				const isProof = plan.fate === 'proven';
				const answer = isProof ? { Result: job.inference.bytes } : { Evidence: EVIDENCE };
				return market.answerDispute(chain, id, answer);
			}
			case 'match':
				return market.onJob(chain, 'matchJob', id);
			case 'cancel':
				return market.onJob(chain, 'cancelJob', id);
			case 'start':
				return market.onJob(chain, 'startJob', id);
			case 'abandon':
				return market.onJob(chain, 'abandonJob', id);
			case 'expire':
				return market.onJob(chain, 'expireJob', id);
			default:
				throw new Error(`${action} is no call for a single job`);
		}
	}

	private verdict(job: TrackedJob): Call {
		const verdict = (): market.Verdict => {
			switch (job.plan.fate) {
				case 'lost':
					return 'RequesterWins';
				case 'split':
					return { Split: Math.floor(job.inference.tokens / 2) };
				default:
					return 'ProviderWins';
			}
		};
		return market.resolveDispute(this.chain, job.id, verdict());
	}

	private governed(name: string, calls: readonly Call[]): Request {
		const { chain, world } = this;
		const call = chain.call('sudo', 'sudo', chain.all(calls));
		return { signer: world.governor, call, name, calls: calls.length };
	}

	private slashRequests(action: SlashAction, slashes: readonly TrackedSlash[]): Request[] {
		const { chain, world } = this;
		switch (action) {
			case 'appeal':
				return slashes.map(({ id, owner }) => {
					const signer = world.providers.find(({ pair }) => pair.address === owner)?.pair;
					if (signer === undefined) throw new Error(`slash ${id} is of nobody`);
					return together(chain, signer, 'appeal', [market.onSlash(chain, 'appealSlash', id)]);
				});
			case 'rule': {
				const rulings = slashes.map(({ id, fate }) =>
					chain.call(
						'reputation',
						'resolveAppeal',
						id,
						fate === 'upheld' ? 'Uphold' : 'Overturn',
					),
				);
				return [this.governed('resolve appeal', rulings)];
			}
			case 'release':
				return pieces(slashes, CALLS_AT_ONCE).map((some) =>
					together(
						chain,
						world.helper,
						'release slash',
						some.map(({ id }) => market.onSlash(chain, 'releaseSlash', id)),
					),
				);
		}
	}

	/** Takes back everything that can be taken back. */
	private async cleanUp(): Promise<void> {
		const { chain, dispatcher, tracker, world } = this;
		const { helper, providers, models } = world;
		const open = (await chain.entries('jobMarketplace', 'jobBids')).map(([[jobId], bid]) => {
			const { gpuDid } = bid.toJSON() as { gpuDid: string };
			return [Number(jobId?.toString()), toText(gpuDid)] as const;
		});
		await dispatcher.run(
			pieces(open, ITEMS_AT_ONCE).map((some) => ({
				signer: helper,
				call: market.withdrawBids(chain, some),
				name: 'withdraw bids',
				calls: some.length,
			})),
		);
		const didOf = (index: number) => models[index]?.did ?? '';
		await dispatcher.run(
			providers.map(({ pair, gpuDid, hosts }) =>
				together(chain, pair, 'leave', [
					...hosts.map((model) => market.unhostModel(chain, didOf(model), gpuDid)),
					chain.call('gpuRegistry', 'deregisterNode', market.bytes(gpuDid)),
				]),
			),
		);
		const left = await chain.now();
		await dispatcher.run(
			models.map(({ owner, did }) =>
				together(chain, owner, 'leave', [
					market.onModel(chain, 'deprecateModel', did),
					market.onModel(chain, 'deregisterModel', did),
				]),
			),
		);

		// Retention of the last job's record, appeals, and the stakes of those who left.
		const { unbondingPeriod } = (await chain.read('gpuRegistry', 'parameters')).toJSON() as {
			unbondingPeriod: number;
		};
		const until = left + unbondingPeriod;
		while ((await chain.now()) < until || [...tracker.slashes.values()].some(isOpen)) {
			const now = await chain.now();
			const slashes = sort([...tracker.slashes.values()], (slash) => slash.next(now));
			const requests = [...slashes.possible].flatMap(([action, some]) =>
				this.slashRequests(action, some),
			);
			if (requests.length > 0) await dispatcher.run(requests);
			else await dispatcher.pass(Math.min(slashes.next, now < until ? until : Infinity) - now);
		}
		await dispatcher.run(
			pieces(tracker.jobs, ITEMS_AT_ONCE).map((some) => ({
				signer: helper,
				call: market.reapBatch(chain, some.map(({ id }) => id)),
				name: 'reap',
				calls: some.length,
			})),
		);
		await dispatcher.run(
			providers.map(({ pair, gpuDid }) =>
				together(chain, pair, 'take stake and DID back', [
					chain.call('gpuRegistry', 'claimUnbonded', market.bytes(gpuDid)),
					chain.call('didRegistry', 'revokeDid', market.didHash(gpuDid)),
				]),
			),
		);
	}

	private async audit(moment: AuditMoment): Promise<void> {
		const [holds, records] = await Promise.all([readHolds(this.chain), readRecords(this.chain)]);
		this.audits.push({ moment, holds, records });
		await this.watcher.visit(this.chain, moment);
	}

	private async check(issuance: bigint, genesis: Holds): Promise<Check[]> {
		const { chain, tracker, ledger, plan, audits } = this;
		const reasons = reasonsOf(audits);
		const end = audits.find(({ moment }) => moment === 'end');
		if (end === undefined) throw new Error('the end was not audited');
		const agreed = ({ holds, records }: Audit) =>
			[...reasons].filter((reason) => (holds.get(reason) ?? 0n) === (records.get(reason) ?? 0n));
		let left = 0n;
		for (const [reason, held] of end.holds) {
			if (!STAYS.includes(reason)) left += held - (genesis.get(reason) ?? 0n);
		}
		const total = [...end.holds.values()].reduce((sum, held) => sum + held, 0n);
		const ed = toUnits(chain.api.consts['balances']?.['existentialDeposit']);
		const pot = await market.readMoney(chain, market.HELD_SLASHES);
		const status = (name: string) => BigInt(tracker.jobs.filter((job) => job.status === name).length);
		return [
			{
				what: 'jobs in flight at once',
				expected: BigInt(plan.jobs.length),
				found: BigInt(tracker.mostInFlight),
			},
			{
				what: 'jobs that are over',
				expected: BigInt(plan.jobs.length),
				found: status('Settled') + status('Failed') + status('Cancelled') + status('Expired'),
			},
			{ what: 'things that must not happen', expected: 0n, found: BigInt(tracker.surprises.size) },
			...audits.map((audit) => ({
				what: `hold reasons that agree with the records, ${audit.moment}`,
				expected: BigInt(reasons.size),
				found: BigInt(agreed(audit).length),
			})),
			{
				what: 'moments that were audited',
				expected: 3n,
				found: BigInt(audits.length),
			},
			{ what: 'left on hold at the end, but for what stays', expected: 0n, found: left },
			{ what: 'reserved balances at the end', expected: total, found: await readReserved(chain) },
			{
				what: 'account of held slashes at the end',
				expected: ed + (await readHeldSlashes(chain)),
				found: pot.free,
			},
			{ what: 'total issuance', expected: issuance, found: await readIssuance(chain) },
			...(await ledger.close()),
		];
	}
}

const isOpen = ({ state }: TrackedSlash): boolean => state !== 'Over';
const toUnits = (value: unknown): bigint => BigInt(String(value));

/** What can be done now, by action, and the first tick at which something else can. */
function sort<T, Action>(
	things: readonly T[],
	nextOf: (thing: T) => Next<Action>,
): { possible: Map<Action, T[]>; next: number } {
	const possible = new Map<Action, T[]>();
	let first = Infinity;
	for (const thing of things) {
		const next = nextOf(thing);
		if (next === undefined) continue;
		if ('wait' in next) first = Math.min(first, next.wait);
		else possible.set(next.act, [...(possible.get(next.act) ?? []), thing]);
	}
	return { possible, next: first };
}
