import assert from 'node:assert/strict';
import { makePlan } from '../../load/plan.ts';
import { report } from '../../load/report.ts';
import { run } from '../../load/run.ts';
import { describeDev, wellKnown } from '../support.ts';

// The command runs a thousand jobs; here every fate occurs at least once.
const SIZE = { jobs: 40, providers: 12, models: 6, requesters: 5 };

describeDev('load', 'manual', (scene) => {
	scene.it('carries every job to its end and leaves nothing on hold', async () => {
		const seed = Date.now() % 1_000_000_000;
		const collators = (['Alice', 'Bob', 'Charlie'] as const).map((name) => wellKnown(name).address);
		const watcher = { print: () => undefined, visit: () => Promise.resolve() };
		const plan = makePlan(seed, SIZE);
		const outcome = await run(scene.chain, plan, collators, watcher);
		for (const { what, expected, found } of outcome.checks) {
			assert.equal(found, expected, `${what}, seed ${seed}`);
		}
		assert.ok([...report(scene.chain, outcome)].length > 0);
		const fates = new Set(outcome.tracker.jobs.map((job) => job.plan.fate));
		assert.equal(fates.size, 17);
	});
});
