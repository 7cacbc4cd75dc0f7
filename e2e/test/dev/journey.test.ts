import assert from 'node:assert/strict';
import { actors, newRun, runJourney } from '../../src/journey.ts';
import { readJob, readMoney } from '../../src/market.ts';
import { describeDev, prefixOf, snapshot } from '../support.ts';

for (const sealing of ['instant', 'manual', 500] as const) {
	describeDev(`journey, sealing ${sealing}`, sealing, (scene) => {
		scene.it('ends with every payment right to the unit', async () => {
			const lines: string[] = [];
			const run = newRun();
			const people = actors('//Alice', run);
			const { jobId, checks } = await runJourney(scene.chain, people, run, (l) => lines.push(l));
			assert.ok(checks.length >= 8);
			for (const { what, expected, found } of checks) assert.equal(found, expected, what);
			assert.equal((await readJob(scene.chain, jobId)).status, 'Settled');
			const steps = lines.filter((line) => /^ ?\d+ {2}/.test(line));
			assert.equal(steps.length, 14, lines.join('\n'));
			const royalties = checks.filter(({ what }) => what.includes('royalty'));
			assert.ok(royalties.length > 0 && royalties.every(({ found }) => found > 0n));
			assert.ok(lines.some((line) => line.includes('to the model owner')));
		});

		scene.it('runs again on the same chain', async () => {
			const run = `${newRun()}-again`;
			const people = actors('//Alice', run);
			const { jobId, checks } = await runJourney(scene.chain, people, run, () => undefined);
			for (const { what, expected, found } of checks) assert.equal(found, expected, what);
			assert.equal(jobId, 1);
		});

		scene.it('leaves no money on hold but stakes and deposits', async () => {
			const { chain } = scene;
			const { rpc } = chain.api;
			const [genesis, best] = await Promise.all([rpc.chain.getBlockHash(0), rpc.chain.getBlockHash()]);
			const holds = await snapshot(chain, [prefixOf('Balances', 'Holds')], best);
			const atGenesis = await snapshot(chain, [prefixOf('Balances', 'Holds')], genesis);
			for (const account of atGenesis.keys()) holds.delete(account);
			assert.equal(holds.size, 6, 'two requesters, two providers, two model owners');
			const escrows = [];
			for (const jobId of [0, 1]) {
				const job = await readJob(chain, jobId);
				const { held } = await readMoney(chain, job.requester);
				escrows.push(held < job.maxPayment);
			}
			assert.deepEqual(escrows, [true, true]);
		});

		scene.it('sees its blocks finalised', async () => {
			const { chain } = scene.chain.api.rpc;
			const best = (await chain.getHeader()).number.toNumber();
			const finalised = (await chain.getHeader(await chain.getFinalizedHead())).number.toNumber();
			assert.ok(finalised >= best, `${finalised} of ${best}`);
		});
	});
}
