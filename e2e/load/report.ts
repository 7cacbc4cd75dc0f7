/** What a run has shown, as tables. */
import { toBigInt, type Chain } from '../src/chain.ts';
import { Table, type Column } from '../src/table.ts';
import { formatEdsc, formatUnits } from '../src/units.ts';
import type { Holds } from './audit.ts';
import type { Included } from './dispatcher.ts';
import { FATES, type Fate } from './plan.ts';
import { reasonsOf, type Outcome } from './run.ts';
import type { TrackedJob } from './tracker.ts';

/** Seconds between blocks of a live chain. */
const BLOCK_S = 6;

const RELEASED_BY: Readonly<Record<string, string>> = {
	'jobMarketplace.JobEscrow': 'settlement, or the end of the job',
	'jobMarketplace.StorageDeposit': 'reap_batch after the retention',
	'jobMarketplace.BidBond': 'assignment, or withdraw_bids',
	'jobMarketplace.DisputeBond': 'the end of the dispute',
	'gpuRegistry.Stake': 'deregister_node, claim_unbonded; slashes moved',
	'reputation.AppealBond': 'the ruling, or release_slash',
	'aiModels.ModelDeposit': 'deregister_model',
	'aiModels.HostDeposit': 'unhost_model',
	'aidid.Deposit': 'stays: identities are for good',
	'didRegistry.Deposit': 'revoke_did; that of the tombstone stays',
};

const text = (title: string, width: number): Column => ({ title, width });
const number = (title: string, width: number): Column => ({ title, width, align: 'right' });

/** The value below which that part of sorted numbers lies. */
export function percentile(sorted: readonly number[], part: number): number {
	const index = Math.max(0, Math.ceil(part * sorted.length) - 1);
	return sorted[index] ?? Number.NaN;
}

function spread(values: readonly number[], digits = 0): string[] {
	const sorted = values.toSorted((a, b) => a - b);
	return [0, 0.5, 0.95, 1].map((part) => percentile(sorted, part).toFixed(digits));
}

const sum = (list: readonly bigint[]) => list.reduce((all, one) => all + one, 0n);

const percent = (part: bigint, whole: bigint): string =>
	(Number((part * 10_000n) / whole) / 100).toFixed(1);

function* fates({ tracker }: Outcome): Iterable<string> {
	const table = new Table([
		text('planned', 10),
		text('what happens', 56),
		number('jobs', 5),
		text('ended as', 60),
	]);
	yield table.header();
	for (const [fate, { story }] of Object.entries(FATES) as [Fate, { story: string }][]) {
		const jobs = tracker.jobs.filter(({ plan }) => plan.fate === fate);
		const ends = new Map<string, number>();
		for (const { status } of jobs) ends.set(status, (ends.get(status) ?? 0) + 1);
		const list = [...ends].map(([status, count]) => `${count} ${status}`).join(', ');
		yield table.row([fate, story, `${jobs.length}`, list]);
	}
}

/** Largest weight of a block, and of its ordinary transactions. */
function limits(chain: Chain): Record<'time' | 'proof' | 'normalTime' | 'normalProof', bigint> {
	const weights = chain.api.consts['system']?.['blockWeights']?.toJSON() as unknown as {
		maxBlock: { refTime: string; proofSize: string };
		perClass: { normal: { maxTotal: { refTime: string; proofSize: string } } };
	};
	const { maxBlock } = weights;
	const { maxTotal } = weights.perClass.normal;
	return {
		time: toBigInt(maxBlock.refTime),
		proof: toBigInt(maxBlock.proofSize),
		normalTime: toBigInt(maxTotal.refTime),
		normalProof: toBigInt(maxTotal.proofSize),
	};
}

function* blocks(chain: Chain, { dispatcher, steps }: Outcome): Iterable<string> {
	const { time, proof, normalTime, normalProof } = limits(chain);
	yield `Block fullness, in percent of ${formatUnits(time)} ps and ${formatUnits(proof)} bytes of`;
	yield `proof; ordinary transactions fill ${percent(normalTime, time)} and ${percent(normalProof, proof)} at most:`;
	const table = new Table([
		text('step', 21),
		number('txs', 6),
		number('calls', 6),
		number('blocks', 7),
		number('empty', 6),
		number('calls/block', 11),
		number('s signing', 9),
		number('s empty', 7),
		number('s work', 6),
		number('calls/s', 8),
		number('time avg', 9),
		number('max', 6),
		number('proof avg', 10),
		number('max', 6),
	]);
	yield table.header();
	for (const { name, signingMs, passingMs, workingMs, blocks: made } of steps) {
		const own = dispatcher.blocks.filter(({ step }) => step === name);
		const count = BigInt(Math.max(1, own.length));
		const most = (list: readonly bigint[]) => list.reduce((a, b) => (a > b ? a : b), 0n);
		const calls = own.reduce((all, one) => all + one.calls, 0);
		const txs = own.reduce((all, one) => all + one.transactions, 0);
		const times = own.map(({ used }) => used.time);
		const proofs = own.map(({ used }) => used.proof);
		yield table.row([
			name,
			`${txs}`,
			`${calls}`,
			`${own.length}`,
			`${made - own.length}`,
			(calls / Math.max(1, own.length)).toFixed(1),
			...[signingMs, passingMs, workingMs].map((ms) => (ms / 1_000).toFixed(1)),
			((calls * 1_000) / workingMs).toFixed(0),
			percent(sum(times), time * count),
			percent(most(times), time),
			percent(sum(proofs), proof * count),
			percent(most(proofs), proof),
		]);
	}
}

function* calls({ dispatcher }: Outcome): Iterable<string> {
	const table = new Table([
		text('transaction', 24),
		number('txs', 6),
		number('calls', 6),
		number('blocks min', 11),
		number('median', 7),
		number('p95', 5),
		number('max', 5),
		number('ms min', 8),
		number('median', 7),
		number('p95', 7),
		number('max', 7),
	]);
	yield 'Sent → included, in blocks (1 is the next one) and in milliseconds on this machine:';
	yield table.header();
	const byName = new Map<string, Included[]>();
	for (const one of dispatcher.transactions) {
		byName.set(one.name, [...(byName.get(one.name) ?? []), one]);
	}
	for (const [name, list] of byName) {
		yield table.row([
			name,
			`${list.length}`,
			`${list.reduce((all, one) => all + one.calls, 0)}`,
			...spread(list.map(({ waitedBlocks }) => waitedBlocks)),
			...spread(list.map(({ waitedMs }) => waitedMs)),
		]);
	}
}

function* latencies({ tracker }: Outcome): Iterable<string> {
	const table = new Table([
		text('of jobs', 30),
		number('jobs', 6),
		number('blocks min', 11),
		number('median', 7),
		number('p95', 6),
		number('max', 6),
		number('s min', 8),
		number('median', 7),
		number('p95', 7),
		number('max', 7),
	]);
	yield 'Latency, in blocks (waiting for deadlines included) and in seconds on this machine:';
	yield table.header();
	const row = (what: string, jobs: readonly TrackedJob[], to: 'included' | 'ended') => {
		const pairs = jobs.flatMap(({ sent, [to]: end }) => (sent && end ? [{ sent, end }] : []));
		return table.row([
			what,
			`${pairs.length}`,
			...spread(pairs.map(({ sent, end }) => end.block - sent.block)),
			...spread(pairs.map(({ sent, end }) => (end.ms - sent.ms) / 1_000), 2),
		]);
	};
	const { jobs } = tracker;
	const settled = jobs.filter(({ status }) => status === 'Settled');
	const accepted = settled.filter(({ plan }) => plan.fate === 'accepted');
	yield row('submit → included', jobs, 'included');
	yield row('submit → settled, undisturbed', accepted, 'ended');
	yield row('submit → settled, all', settled, 'ended');
	yield row('submit → over, any way', jobs, 'ended');
}

/** Steps in which jobs live. */
const OF_JOBS = ['submission', 'bids', 'hires', 'work to the last job'];

function* throughput(chain: Chain, { tracker, dispatcher, steps }: Outcome): Iterable<string> {
	const own = steps.filter(({ name }) => OF_JOBS.includes(name));
	const blocks = dispatcher.blocks.filter(({ step }) => OF_JOBS.includes(step));
	const all = own.reduce((total, step) => total + step.blocks, 0);
	const seconds = own.reduce((total, { workingMs }) => total + workingMs, 0) / 1_000;
	const { length: count } = tracker.jobs;
	yield `${count} jobs from submission to end:`;
	yield `  ${blocks.length} blocks with transactions, ${all - blocks.length} empty ones while deadlines pass`;
	yield `  ${(count / blocks.length).toFixed(1)} jobs per block with transactions`;
	yield `  ${(count / seconds).toFixed(1)} jobs per second of sending and of blocks with transactions here`;

	const { normalTime, normalProof } = limits(chain);
	const time = sum(blocks.map(({ byTransactions }) => byTransactions.time)) / BigInt(count);
	const proof = sum(blocks.map(({ byTransactions }) => byTransactions.proof)) / BigInt(count);
	const [byTime, byProof] = [Number(normalTime / time), Number(normalProof / proof)];
	const perBlock = Math.min(byTime, byProof);
	yield `Weight of a job with all its calls, on average:`;
	yield `  ${formatUnits(time)} ps, of which a full block has room for ${byTime} jobs`;
	yield `  ${formatUnits(proof)} bytes of proof as recorded in this small state, room for ${byProof} jobs`;
	yield `  so ${(perBlock / BLOCK_S).toFixed(0)} jobs per second in full blocks, one in ${BLOCK_S} s`;
}

function* holds({ genesis, audits }: Outcome): Iterable<string> {
	const table = new Table([
		text('on hold, in EDSC', 29),
		...audits.flatMap(({ moment }) => [number(moment, 13), number('records', 13)]),
		text('released by', 46),
	]);
	yield 'Holds of all accounts and what the records say, those of genesis not counted:';
	yield table.header();
	for (const reason of reasonsOf(audits)) {
		const of = (amounts: Holds) => (amounts.get(reason) ?? 0n) - (genesis.get(reason) ?? 0n);
		const cells = audits.flatMap(({ holds, records }) => [of(holds), of(records)]);
		const released = RELEASED_BY[reason] ?? '?';
		yield table.row([reason, ...cells.map((amount) => formatEdsc(amount)), released]);
	}
}

function* checks({ checks: list, fees }: Outcome): Iterable<string> {
	yield `To the unit, with ${formatEdsc(fees)} EDSC of fees in the events:`;
	for (const { what, expected, found } of list) {
		const verdict = expected === found ? 'ok   ' : 'WRONG';
		const difference = expected === found ? '' : `, expected ${formatUnits(expected)}`;
		yield `  ${verdict} ${what}: ${formatUnits(found)}${difference}`;
	}
}

/** The report, line by line. */
export function* report(chain: Chain, outcome: Outcome): Iterable<string> {
	const { tracker } = outcome;
	const slashes = [...tracker.slashes.values()];
	yield '';
	yield* fates(outcome);
	yield '';
	const appealed = slashes.filter(({ fate }) => fate !== 'released').length;
	yield `${tracker.mostInFlight} jobs in flight at once, ${tracker.mostProcessing} of them being worked on at once`;
	yield `${slashes.length} slashes, ${appealed} of them appealed; ${tracker.suspended.size} nodes suspended`;
	yield `${tracker.struck} bids struck when their job looked for another node`;
	for (const [what, count] of tracker.surprises) yield `NOT EXPECTED: ${what}, ${count} times`;
	yield '';
	yield* blocks(chain, outcome);
	yield '';
	yield* calls(outcome);
	yield '';
	yield* latencies(outcome);
	yield '';
	yield* throughput(chain, outcome);
	yield '';
	yield* holds(outcome);
	yield '';
	yield* checks(outcome);
}
