/** The journey as a command. */
import { parseArgs } from 'node:util';
import { Chain } from './chain.ts';
import { actors, newRun, runJourney } from './journey.ts';

const USAGE = `Runs one compute job on a live chain and checks every payment to the unit.

Usage: npm run journey -- [--url ws://127.0.0.1:9944] [--funder //Alice]

  --url     the node's RPC
  --funder  secret of an account with at least 1 400 EDSC, which funds the accounts of the run
  --help    this text`;

async function main(): Promise<boolean> {
	const { values } = parseArgs({
		options: {
			url: { type: 'string', default: 'ws://127.0.0.1:9944' },
			funder: { type: 'string', default: '//Alice' },
			help: { type: 'boolean', short: 'h', default: false },
		},
	});
	if (values.help) {
		console.log(USAGE);
		return true;
	}
	const run = newRun();
	const people = actors(values.funder, run);
	const chain = await Chain.connect(values.url, { helper: people.funder, timeout: 10_000 });
	try {
		const { checks } = await runJourney(chain, people, run, (line) => console.log(line));
		return checks.every(({ expected, found }) => expected === found);
	} finally {
		await chain.close();
	}
}

try {
	process.exitCode = (await main()) ? 0 : 1;
} catch (error) {
	console.error(`Error: ${(error as Error).message}`);
	process.exitCode = 1;
}
