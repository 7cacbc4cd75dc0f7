import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { FATES, makePlan, type Fate } from '../../load/plan.ts';
import { Random } from '../../load/random.ts';
import { percentile } from '../../load/report.ts';
import { TrackedSlash } from '../../load/tracker.ts';

const SIZE = { jobs: 1_000, providers: 200, models: 20, requesters: 50 };
const json = (value: unknown) =>
	JSON.stringify(value, (_, field: unknown) => (typeof field === 'bigint' ? `${field}` : field));

describe('plan of a load run', () => {
	it('follows from the seed', () => {
		assert.equal(json(makePlan(7, SIZE)), json(makePlan(7, SIZE)));
		assert.notEqual(json(makePlan(7, SIZE)), json(makePlan(8, SIZE)));
		const fates = (seed: number) => {
			const plan = makePlan(seed, SIZE);
			return Array.from({ length: 20 }, () => plan.slashFate());
		};
		assert.deepEqual(fates(7), fates(7));
	});

	it('has every fate, about as often as it says', () => {
		const { jobs } = makePlan(1, SIZE);
		assert.equal(jobs.length, SIZE.jobs);
		const percents = Object.values(FATES).reduce((sum, { percent }) => sum + percent, 0);
		assert.equal(percents, 100);
		for (const [fate, { percent }] of Object.entries(FATES) as [Fate, { percent: number }][]) {
			const count = jobs.filter((job) => job.fate === fate).length;
			assert.ok(Math.abs(count - percent * 10) <= 10 + percent * 4, `${fate}: ${count}`);
		}
		for (const way of ['submit', 'options', 'hire'] as const) {
			assert.ok(jobs.filter((job) => job.way === way).length >= 40, way);
		}
	});

	it('lets only such nodes bid as can win, each once', () => {
		const { jobs, models, providers } = makePlan(2, SIZE);
		for (const { bids, model, maxTokens, maxPayment, fate, way } of jobs) {
			const { minVramGb, hosting, leastPrice } = models[model] ?? assert.fail();
			assert.equal(bids.length === 0, fate === 'unwanted');
			assert.ok(way !== 'hire' || bids.length === 1);
			assert.equal(new Set(bids.map(({ provider }) => provider)).size, bids.length);
			for (const { provider, price } of bids) {
				const { vramGb, hosts } = providers[provider] ?? assert.fail();
				assert.ok(vramGb >= minVramGb);
				assert.ok(hosting === 'Anyone' || hosts.includes(model));
				assert.ok(price >= (leastPrice ?? 1n));
				assert.ok(price * BigInt(maxTokens) <= maxPayment);
			}
		}
	});

	it('has models with parents, with hosts and with least prices', () => {
		const { models, providers } = makePlan(3, SIZE);
		assert.ok(models.some(({ parent }) => parent !== undefined));
		assert.ok(models.some(({ hosting }) => hosting === 'Hosts'));
		assert.ok(models.some(({ leastPrice }) => leastPrice !== undefined));
		for (const { parent } of models) {
			if (parent !== undefined) assert.equal(models[parent]?.parent, undefined);
		}
		const kinds = new Set(providers.map(({ keyType }) => keyType));
		assert.deepEqual([...kinds].sort(), ['ecdsa', 'ed25519', 'sr25519']);
	});
});

describe('tools of a load run', () => {
	it('draws numbers within their bounds, evenly', () => {
		const random = new Random(5);
		const counts = new Map<number, number>();
		for (let drawn = 0; drawn < 6_000; drawn++) {
			const value = random.between(1, 6);
			counts.set(value, (counts.get(value) ?? 0) + 1);
		}
		assert.deepEqual([...counts.keys()].sort(), [1, 2, 3, 4, 5, 6]);
		for (const count of counts.values()) assert.ok(count > 850 && count < 1_150, `${count}`);
		assert.equal(new Set(random.some([1, 2, 3], 2)).size, 2);
		assert.equal(random.some([1, 2, 3], 9).length, 3);
		assert.throws(() => random.pick([]));
	});

	it('finds percentiles', () => {
		const hundred = Array.from({ length: 100 }, (_, index) => index + 1);
		assert.deepEqual(
			[0, 0.5, 0.95, 1].map((part) => percentile(hundred, part)),
			[1, 50, 95, 100],
		);
		assert.equal(percentile([4], 0.5), 4);
	});

	it('releases a slash only when nobody can appeal or decide any more', () => {
		const slash = new TrackedSlash(0, 'owner', 'released', 100);
		assert.deepEqual(slash.next(99), { wait: 100 });
		assert.deepEqual(slash.next(100), { act: 'release' });
		const appealed = new TrackedSlash(0, 'owner', 'upheld', 100);
		assert.deepEqual(appealed.next(1), { act: 'appeal' });
		appealed.state = 'Appealed';
		assert.deepEqual(appealed.next(1), { act: 'rule' });
		appealed.state = 'Over';
		assert.equal(appealed.next(1_000), undefined);
		const unheard = new TrackedSlash(0, 'owner', 'unheard', 100);
		unheard.state = 'Appealed';
		assert.deepEqual(unheard.next(1), { wait: 100 });
	});
});
