/** The command behind scripts/zombienet.sh and scripts/register-parachain. */
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Keyring } from '@polkadot/api';
import { Chain } from '../../src/chain.ts';
import { collatorBinary } from '../../src/node.ts';
import { wellKnown } from '../support.ts';
import { Zombienet, type Member, type Parts } from './network.ts';
import { Meter } from './processes.ts';
import { Collators, register } from './register.ts';
import { Report } from './report.ts';
import { basics, connect, everything, type Ends } from './scenario.ts';

const print = (line: string) => console.log(line);

/** The file that an environment variable names. */
function file(variable: string): string {
	const path = process.env[variable];
	if (path === undefined || !existsSync(path)) {
		throw new Error(`${variable} names no file; scripts/zombienet.sh sets it`);
	}
	return resolve(path);
}

const parts = (): Parts => ({
	relayNode: file('RELAY_NODE'),
	relaySpec: file('RELAY_SPEC'),
	collator: collatorBinary(),
	parachainSpec: file('PARACHAIN_SPEC'),
});

// What these signals end here must end in order. Nothing else listens for them.
for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.removeAllListeners(name);

/** Resolves when somebody wants this process to end. */
const interrupted = (): Promise<unknown> =>
	Promise.race((['SIGINT', 'SIGTERM', 'SIGHUP'] as const).map((name) => once(process, name)));

/** Runs `work` until it is done or somebody wants an end; `end` is called in any case. */
async function guarded(work: () => Promise<void>, end: () => Promise<void>): Promise<void> {
	const stopped = interrupted().then(() => {
		throw new Error('interrupted');
	});
	try {
		await Promise.race([work(), stopped]);
	} finally {
		await end();
	}
}

async function zombienet(name: string, keep: boolean, folder: string, network: string): Promise<void> {
	const toml = name === 'test' ? network : name === 'register' ? 'relay' : name;
	const upgrade = name === 'test' ? file('NEXT_RUNTIME_WASM') : '';
	const report = new Report(print);
	const collators = new Collators();
	let running: Zombienet | undefined;
	let ends: Ends | undefined;
	let relay: Chain | undefined;
	let waiting = false;
	const others: Member[] = [];
	const meter = new Meter(() => [...(running?.pids() ?? []), ...collators.pids()]);
	const work = async () => {
		await report.step(`zombienet starts the network “${toml}”`, async () => {
			running = Zombienet.begin(toml, parts(), folder);
			await running.ready();
			return `logs in ${join(folder, 'network')}`;
		});
		const started = running as Zombienet | undefined;
		if (started === undefined) throw new Error('the network has not started');
		if (name === 'register') {
			const [validator] = started.validators;
			if (validator === undefined) throw new Error('the network has no validator');
			relay = await Chain.connect(validator.url, { timeout: 120_000 });
			const alice = wellKnown('Alice');
			const where = join(folder, 'registered');
			const registration = { relay, relaySpec: started.relaySpec, owner: alice, sudo: alice };
			const { urls } = await register(
				{ ...registration, collators: 1, folder: where },
				collators,
				report,
			);
			others.push(...urls.map((url, index) => ({ name: `collator-${index + 1}`, url })));
		} else {
			ends = await connect(started);
			await basics(ends, started, report);
			if (name === 'test') ends = await everything(started, ends, report, upgrade, print);
		}
		const took = report.elapsed();
		const validators = started.validators.length;
		print(`\n${took}, ${meter.stop()} (${validators} validators and the collators, with their workers).`);
		if (!keep) return;
		print('\nThe network goes on until Ctrl-C:');
		for (const { name, url } of [...started.validators, ...started.collators, ...others]) {
			print(`  ${name.padEnd(12)} ${url}`);
		}
		waiting = true;
		await interrupted();
	};
	try {
		await guarded(work, async () => {
			await ends?.relay.close();
			await ends?.chain.close();
			await relay?.close();
			await collators.stop();
			await running?.stop();
		});
	} catch (error) {
		// An end is what a network that is kept waits for.
		if (!waiting) {
			if (running !== undefined) console.error(running.tails());
			throw error;
		}
	} finally {
		print(report.summary());
	}
}

async function registerCommand(args: readonly string[]): Promise<void> {
	const { values } = parseArgs({
		args: [...args],
		options: {
			relay: { type: 'string', default: 'ws://127.0.0.1:9944' },
			'relay-spec': { type: 'string' },
			owner: { type: 'string', default: '//Alice' },
			sudo: { type: 'string' },
			collators: { type: 'string', default: '1' },
			folder: { type: 'string' },
			check: { type: 'boolean', default: false },
		},
	});
	const { folder } = values;
	const relaySpec = values['relay-spec'];
	if (folder === undefined || relaySpec === undefined) {
		throw new Error('--folder and --relay-spec are needed (see --help)');
	}
	const keyring = new Keyring({ type: 'sr25519', ss58Format: 42 });
	const report = new Report(print);
	const collators = new Collators();
	const relay = await Chain.connect(values.relay, { timeout: 60_000 });
	const work = async () => {
		const { urls, paraId } = await register(
			{
				relay,
				relaySpec: resolve(relaySpec),
				owner: keyring.addFromUri(values.owner),
				sudo: values.sudo === undefined ? undefined : keyring.addFromUri(values.sudo),
				collators: Number(values.collators),
				folder: resolve(folder),
			},
			collators,
			report,
		);
		if (values.check) return;
		print(`\nParachain ${paraId} runs until Ctrl-C: ${urls.join(' ')}`);
		await interrupted();
	};
	try {
		await guarded(work, async () => {
			await relay.close();
			await collators.stop();
		});
	} finally {
		print(report.summary());
	}
}

const COMMANDS = ['small', 'full', 'test', 'register'];

try {
	const [command = '', ...rest] = process.argv.slice(2);
	if (command === 'register-parachain') {
		await registerCommand(rest);
	} else if (COMMANDS.includes(command)) {
		const { values } = parseArgs({
			args: rest,
			options: {
				keep: { type: 'boolean', default: false },
				folder: { type: 'string' },
				network: { type: 'string', default: 'small' },
			},
		});
		if (values.folder === undefined) throw new Error('--folder is needed');
		if (!['small', 'full'].includes(values.network)) throw new Error('--network is small or full');
		await zombienet(command, values.keep, resolve(values.folder), values.network);
	} else {
		throw new Error(`the first argument is one of ${[...COMMANDS, 'register-parachain'].join(', ')}`);
	}
	process.exit(0);
} catch (error) {
	console.error(`Error: ${(error as Error).message}`);
	process.exit(1);
}
