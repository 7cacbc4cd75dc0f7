/** The command behind scripts/chopsticks.sh. */
import { existsSync } from 'node:fs';
import { Report } from '../test/zombienet/report.ts';
import { checks } from './checks.ts';
import { Network } from './network.ts';

/** The file that an environment variable names. */
function file(variable: string): string {
	const path = process.env[variable];
	if (path === undefined || !existsSync(path)) {
		throw new Error(`${variable} names no file; scripts/chopsticks.sh sets it`);
	}
	return path;
}

const report = new Report((line) => console.log(line));
let network: Network | undefined;
let code = 0;
try {
	const [relaySpec, chainSpec] = [file('RELAY_SPEC'), file('PARACHAIN_SPEC')];
	const nextRuntime = file('NEXT_RUNTIME_WASM');
	await report.step('both chains start from their specs', async () => {
		network = await Network.start(relaySpec, chainSpec);
		return `${await network.relay.version()}, ${await network.chain.version()}`;
	});
	// Set in a closure, which the compiler does not follow.
	const started = network as Network | undefined;
	if (started === undefined) throw new Error('the chains have not started');
	await checks(started, report, nextRuntime);
	const { relay, chain } = started;
	console.log(`\n${relay.height} blocks of FlareChain and ${chain.height} of this chain, ${report.elapsed()}.`);
} catch (error) {
	console.error(`Error: ${(error as Error).message}`);
	code = 1;
} finally {
	await (network as Network | undefined)?.close();
	console.log(report.summary());
}
process.exit(code);
