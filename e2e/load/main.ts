/** The load run as a command. */
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Keyring } from '@polkadot/api';
import { Chain } from '../src/chain.ts';
import { devNode, temporaryFolder } from '../src/node.ts';
import { FATES, makePlan, type Size } from './plan.ts';
import { report } from './report.ts';
import { run } from './run.ts';
import { writeState } from './state.ts';

const USAGE = `Brings many jobs into flight at once on a dev node of its own and carries all of them to their
end, with cancellations, no-shows and disputes. Checks every hold and every account to the unit.

Usage: npm run load -- [--jobs 1000] [--providers 200] [--models 20] [--requesters 50]
                       [--seed NUMBER] [--state FOLDER]

  --seed    what the run follows from; without it a new one, which is printed
  --state   writes the state with all jobs in flight, with disputes open and at the end to that
            folder, as peak.state, disputes.state and end.state
  --help    this text`;

/** Whole number of at least that size. */
function whole(text: string, name: string, least: number): number {
	const value = Number(text);
	if (!Number.isSafeInteger(value) || value < least) {
		throw new Error(`--${name} takes a whole number from ${least} on`);
	}
	return value;
}

async function main(): Promise<boolean> {
	const { values } = parseArgs({
		options: {
			jobs: { type: 'string', default: '1000' },
			providers: { type: 'string', default: '200' },
			models: { type: 'string', default: '20' },
			requesters: { type: 'string', default: '50' },
			seed: { type: 'string', default: `${Date.now() % 1_000_000_000}` },
			state: { type: 'string' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return true;
	}
	const size: Size = {
		jobs: whole(values.jobs, 'jobs', Object.keys(FATES).length),
		providers: whole(values.providers, 'providers', 4),
		models: whole(values.models, 'models', 2),
		requesters: whole(values.requesters, 'requesters', 1),
	};
	const seed = whole(values.seed, 'seed', 0);
	const crowd = Object.entries(size).map(([what, count]) => `${count} ${what}`);
	console.log(`Seed ${seed}: ${crowd.join(', ')}`);

	const node = await devNode('manual', temporaryFolder('load'));
	await node.start();
	try {
		const chain = await Chain.connect(node.url, { sealAfter: 0 });
		try {
			const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
			const collators = ['Alice', 'Bob', 'Charlie'].map(
				(name) => keyring.addFromUri(`//${name}`).address,
			);
			const outcome = await run(chain, makePlan(seed, size), collators, {
				print: (line) => console.log(line),
				visit: async (at, moment) => {
					if (values.state === undefined) return;
					const path = join(values.state, `${moment}.state`);
					console.log(`… ${await writeState(at, path)} entries of the state in ${path}`);
				},
			});
			for (const line of report(chain, outcome)) console.log(line);
			return outcome.checks.every(({ expected, found }) => expected === found);
		} finally {
			await chain.close();
		}
	} catch (error) {
		console.error(node.tail());
		throw error;
	} finally {
		await node.stop();
	}
}

try {
	process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
	console.error(`Error: ${(error as Error).message}`);
	process.exitCode = 1;
}
