/** Jobs and slashes of a run: where each stands, by the chain's events, and what is to be done next. */
import { toBigInt, toNumber, toText, type ChainEvent } from '../src/chain.ts';
import { infer, type Inference } from '../src/provider.ts';
import { CONTESTED, type JobPlan, type Plan, type SlashFate } from './plan.ts';
import { MARKET, type Provider, type World } from './world.ts';

/** What somebody does with a job. */
export type JobAction =
	| 'assign'
	| 'match'
	| 'cancel'
	| 'start'
	| 'complete'
	| 'abandon'
	| 'accept'
	| 'settle'
	| 'expire'
	| 'dispute'
	| 'answer'
	| 'resolve';

/** What somebody does with a slash. */
export type SlashAction = 'appeal' | 'rule' | 'release';

/** The next step: an action that is possible now, the tick from which one is, or none ever. */
export type Next<Action> = { readonly act: Action } | { readonly wait: number } | undefined;

export type Status =
	| 'New'
	| 'Pending'
	| 'Assigned'
	| 'Processing'
	| 'Completed'
	| 'Disputed'
	| 'Failed'
	| 'Settled'
	| 'Cancelled'
	| 'Expired';

export const OVER: readonly Status[] = ['Failed', 'Settled', 'Cancelled', 'Expired'];

/** A moment of a run. */
export interface Moment {
	readonly block: number;
	readonly ms: number;
}

export class TrackedJob {
	id = -1;
	status: Status = 'New';
	deadline = 0;
	bidEnd = 0;
	resultDue = 0;
	attempts = 0;
	/** The node that has it, or had it last. */
	holder: Provider | undefined;
	dispute: 'none' | 'open' | 'answered' | 'over' = 'none';
	/** Whether matching has found no eligible leader. */
	leaderless = false;
	sent: Moment | undefined;
	included: Moment | undefined;
	ended: Moment | undefined;
	private computed: Inference | undefined;

	constructor(readonly plan: JobPlan) {}

	get isOver(): boolean {
		return OVER.includes(this.status);
	}

	/** The node's work. */
	get inference(): Inference {
		this.computed ??= infer(this.plan.prompt, this.plan.maxTokens);
		return this.computed;
	}

	/** Who does better than the plan says: everybody but the first node. */
	private get fate(): JobPlan['fate'] {
		const { fate } = this.plan;
		const ofFirst = fate === 'returned' || fate === 'noShow';
		return ofFirst && this.attempts > 1 ? 'accepted' : fate;
	}

	/** Whether its requester picks the node. */
	private get isChosen(): boolean {
		return this.plan.assignedBy === 'requester' && this.attempts === 0;
	}

	/** What is to be done at that tick. */
	next(now: number): Next<JobAction> {
		const from = (tick: number, act: JobAction): Next<JobAction> =>
			now >= tick ? { act } : { wait: tick };
		const { fate, deadline } = this;
		switch (this.status) {
			case 'Pending':
				if (now >= deadline) return { act: 'expire' };
				if (fate === 'cancelled') return { act: 'cancel' };
				if (fate === 'unwanted' || this.leaderless) return { wait: deadline };
				return from(this.bidEnd, this.isChosen ? 'assign' : 'match');
			case 'Assigned':
				if (fate === 'noShow') return from(deadline, 'expire');
				return { act: fate === 'returned' ? 'abandon' : 'start' };
			case 'Processing':
				if (now >= deadline || fate === 'timedOut') return from(deadline, 'expire');
				if (fate === 'abandoned') return { act: 'abandon' };
				return fate === 'late' ? from(this.resultDue, 'complete') : { act: 'complete' };
			case 'Completed':
				if (now >= deadline || fate === 'finalised') return from(deadline, 'settle');
				return { act: this.isContested ? 'dispute' : 'accept' };
			case 'Disputed':
				if (now >= deadline) return { act: 'expire' };
				if (fate === 'withdrawn') return { act: 'accept' };
				if (fate === 'conceded') return { act: 'abandon' };
				if (fate === 'unanswered') return { wait: deadline };
				if (this.dispute === 'open') return { act: 'answer' };
				return fate === 'undecided' ? { wait: deadline } : { act: 'resolve' };
			default:
				return undefined;
		}
	}

	private get isContested(): boolean {
		return this.dispute === 'none' && CONTESTED.includes(this.fate);
	}
}

export class TrackedSlash {
	state: 'Held' | 'Appealed' | 'Over' = 'Held';

	constructor(
		readonly id: number,
		readonly owner: string,
		readonly fate: SlashFate,
		public deadline: number,
	) {}

	next(now: number): Next<SlashAction> {
		if (this.state === 'Over') return undefined;
		if (now >= this.deadline) return { act: 'release' };
		if (this.state === 'Held' && this.fate !== 'released') return { act: 'appeal' };
		if (this.state === 'Appealed' && this.fate !== 'unheard') return { act: 'rule' };
		return { wait: this.deadline };
	}
}

/** Follows the events of the chain. */
export class Tracker {
	readonly jobs: readonly TrackedJob[];
	readonly slashes = new Map<number, TrackedSlash>();
	/** Nodes that were suspended, by hash. */
	readonly suspended = new Set<string>();
	/** Things that must not happen, with their number. */
	readonly surprises = new Map<string, number>();
	/** Leaders that were not eligible any more when their job looked for a node. */
	struck = 0;
	/** Most jobs at a time that were not over. */
	mostInFlight = 0;
	/** Most jobs at a time on which a node worked. */
	mostProcessing = 0;
	private readonly byId = new Map<number, TrackedJob>();
	private readonly byDid: ReadonlyMap<string, Provider>;

	constructor(
		private readonly plan: Plan,
		world: World,
	) {
		this.jobs = plan.jobs.map((job) => new TrackedJob(job));
		this.byDid = new Map(world.providers.map((provider) => [provider.gpuDid, provider]));
	}

	/** Learns by the events of its transaction which number a job has. */
	name(job: TrackedJob, events: readonly ChainEvent[], block: number): void {
		const submitted = events.find(({ method }) => method === 'JobSubmitted');
		if (submitted === undefined) throw new Error(`job ${job.plan.index} was not submitted`);
		job.id = toNumber(submitted.data['jobId']);
		job.bidEnd = toNumber(submitted.data['bidEnd']);
		job.deadline = job.bidEnd + MARKET.matching;
		job.status = 'Pending';
		this.byId.set(job.id, job);
		// What happened before the number was known.
		for (const event of events) this.follow(event, block);
	}

	/** Takes down how many jobs are under way now. */
	count(): void {
		const live = this.jobs.filter(({ status, isOver }) => status !== 'New' && !isOver);
		this.mostInFlight = Math.max(this.mostInFlight, live.length);
		const working = live.filter(({ status }) => status === 'Processing');
		this.mostProcessing = Math.max(this.mostProcessing, working.length);
	}

	/** Follows an event. */
	follow({ section, method, data }: ChainEvent, block: number): void {
		if (section === 'reputation') this.followReputation(method, data);
		if (section !== 'jobMarketplace') return;
		if (method === 'PaymentRedirected' || method === 'BatchItemFailed') {
			this.surprise(`jobMarketplace.${method}`);
		}
		if (method === 'BidStruck') this.struck += 1;
		const job = data['jobId'] === undefined ? undefined : this.byId.get(toNumber(data['jobId']));
		if (job === undefined) return;
		const due = () => toNumber(data['deadline']);
		const over = (status: Status) => {
			job.status = status;
			job.ended = { block, ms: Date.now() };
		};
		switch (method) {
			case 'JobAssigned':
				job.status = 'Assigned';
				job.deadline = due();
				job.attempts += 1;
				job.holder = this.byDid.get(toText(data['gpuDid']?.toHex()));
				break;
			case 'JobStarted':
				job.status = 'Processing';
				job.deadline = due();
				job.resultDue = toNumber(data['resultDue']);
				break;
			case 'JobCompleted':
				job.status = 'Completed';
				job.deadline = due();
				break;
			case 'JobDisputed':
				job.status = 'Disputed';
				job.dispute = 'open';
				job.deadline = due();
				break;
			case 'DisputeAnswered':
				job.deadline = due();
				job.status = data['status']?.toString() === 'Completed' ? 'Completed' : 'Disputed';
				job.dispute = job.status === 'Completed' ? 'over' : 'answered';
				break;
			case 'JobReopened':
				job.status = 'Pending';
				job.deadline = due();
				// It takes no more bids.
				job.bidEnd = 0;
				break;
			case 'NoEligibleLeader':
				job.leaderless = true;
				break;
			case 'JobSettled':
				over('Settled');
				break;
			case 'JobFailed':
				over('Failed');
				break;
			case 'JobCancelled':
				over('Cancelled');
				break;
			case 'JobExpired':
				over('Expired');
				break;
		}
	}

	private followReputation(method: string, data: ChainEvent['data']): void {
		const slash = () => {
			const found = this.slashes.get(toNumber(data['slashId']));
			if (found === undefined) throw new Error('an event about an unknown slash');
			return found;
		};
		switch (method) {
			case 'SlashHeld': {
				const id = toNumber(data['slashId']);
				const owner = data['owner']?.toString() ?? '';
				const until = toNumber(data['appealableUntil']);
				if (toBigInt(data['amount']) === 0n) this.surprise('a slash of nothing');
				this.slashes.set(id, new TrackedSlash(id, owner, this.plan.slashFate(), until));
				break;
			}
			case 'SlashAppealed':
				slash().state = 'Appealed';
				slash().deadline = toNumber(data['decidedUntil']);
				break;
			case 'SlashReleased':
			case 'SlashReturned':
				slash().state = 'Over';
				break;
			case 'NodeSuspended':
				this.suspended.add(data['node']?.toString() ?? '');
				break;
			case 'SlashNotHeld':
			case 'PaymentRedirected':
				this.surprise(`reputation.${method}`);
				break;
		}
	}

	private surprise(what: string): void {
		this.surprises.set(what, (this.surprises.get(what) ?? 0) + 1);
	}
}
