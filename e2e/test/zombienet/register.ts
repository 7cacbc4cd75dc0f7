/** Registers this chain on a running relay chain, and starts its collators: guide section 7.4. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KeyringPair } from '@polkadot/keyring/types';
import { Chain, eventOf, toNumber } from '../../src/chain.ts';
import { collatorBinary, freePort, output, specGeneratorBinary } from '../../src/node.ts';
import { family, gone, signal, type Process } from './processes.ts';
import { finalised, finalises } from './relay.ts';
import { until, type Report } from './report.ts';

/** Well-known seeds for collators of a test network, in this order. */
const COLLATORS = ['alice', 'bob', 'charlie', 'dave'] as const;

/** Until validators have checked the code and two sessions have passed. */
const ONBOARDING_SECONDS = 900;

/** Until somebody who may has given the parachain a core. */
const CORE_SECONDS = 900;

export interface Registration {
	readonly relay: Chain;
	/** The relay chain's spec with the address of a node, for the collators. */
	readonly relaySpec: string;
	/** Who reserves the number, pays the deposit and registers. */
	readonly owner: KeyringPair;
	/** Who gives the parachain a core; without one, it is waited for. */
	readonly sudo: KeyringPair | undefined;
	/** How many collators to start. */
	readonly collators: number;
	/** Where specs, databases and logs go. */
	readonly folder: string;
}

/** The collators that were started. */
export class Collators {
	private readonly children: ChildProcess[] = [];

	/** Starts a collator that logs to a file. */
	start(args: readonly string[], logFile: string): ChildProcess {
		const log = openSync(logFile, 'a');
		const { RUST_LOG: _, ...env } = process.env;
		// A signal to this process's group, such as Ctrl-C, is for `stop` to handle.
		const child = spawn(collatorBinary(), [...args], {
			stdio: ['ignore', log, log],
			detached: true,
			env,
		});
		closeSync(log);
		this.children.push(child);
		return child;
	}

	pids(): number[] {
		return this.children.map(({ pid }) => pid).filter((pid): pid is number => pid !== undefined);
	}

	async stop(): Promise<void> {
		const processes: Process[] = family(this.pids());
		for (const process of processes) signal(process, 'SIGTERM');
		for (const process of await gone(processes, 20)) signal(process, 'SIGKILL');
		await gone(processes, 20);
	}
}

/** Does all of it. Collators that were started are in `started`, whatever happens. */
export async function register(
	{ relay, relaySpec, owner, sudo, collators, folder }: Registration,
	started: Collators,
	report: Report,
): Promise<{ readonly paraId: number; readonly urls: readonly string[] }> {
	if (collators < 1 || collators > COLLATORS.length) {
		throw new Error(`1 to ${COLLATORS.length} collators, not ${collators}`);
	}
	if (!existsSync(relaySpec)) throw new Error(`there is no relay chain spec ${relaySpec}`);
	mkdirSync(folder, { recursive: true });
	const names = COLLATORS.slice(0, collators);
	const spec = join(folder, 'parachain.json');

	let paraId = 0;
	await report.step('a parachain number is reserved', async () => {
		const receipt = await relay.send(relay.call('registrar', 'reserve'), owner);
		paraId = toNumber(eventOf(receipt, 'registrar', 'Reserved').data['paraId']);
		return `parachain ${paraId}`;
	});

	let head = '';
	let code = '';
	await report.step('genesis head and code are exported', async () => {
		const list = join(folder, 'collators.json');
		const seeds = names.map((name) => `//${name.charAt(0).toUpperCase()}${name.slice(1)}`);
		writeFileSync(list, JSON.stringify(seeds));
		const relayId = (JSON.parse(readFileSync(relaySpec, 'utf8')) as { id: string }).id;
		output(specGeneratorBinary(), [
			...['local_testnet', '--raw', '--para-id', `${paraId}`, '--relay-chain', relayId],
			...['--collators', list, '--output', spec],
		]);
		head = output(collatorBinary(), ['export-genesis-state', '--chain', spec]).trim();
		code = output(collatorBinary(), ['export-genesis-wasm', '--chain', spec]).trim();
		for (const bytes of [head, code]) {
			if (!/^0x([0-9a-f]{2})+$/.test(bytes)) throw new Error('an export is not hexadecimal');
		}
		return `${(head.length - 2) / 2} and ${(code.length - 2) / 2} bytes`;
	});

	const lifecycle = async () => {
		const at = await relay.api.rpc.chain.getFinalizedHead();
		return (await relay.read('paras', 'paraLifecycles', [paraId], at)).toString();
	};
	await report.step('both are registered', async () => {
		const call = relay.call('registrar', 'register', paraId, head, code);
		const receipt = await relay.send(call, owner, { timeout: 240_000 });
		eventOf(receipt, 'registrar', 'Registered');
		return `relay block ${receipt.blockNumber}, ${await lifecycle() || 'onboarding'}`;
	});

	await report.step('validators accept the code; it is onboarded', async () =>
		until('the parachain to be onboarded', ONBOARDING_SECONDS, async () => {
			const now = await lifecycle();
			return ['Parathread', 'Parachain'].includes(now)
				? `${now}, relay block ${await finalised(relay)}`
				: undefined;
		}),
	);

	/** What each core does: `{ core: { currentWork: { assignments: [[{ task }, …]] } } }`. */
	const cores = async () => {
		const at = await relay.api.rpc.chain.getFinalizedHead();
		const found = (await relay.read('paraScheduler', 'coreDescriptors', [], at)).toJSON();
		return found as Record<string, { currentWork: { assignments: [{ task?: number }][] } | null }>;
	};
	const coreOfParachain = async (): Promise<string | undefined> =>
		Object.entries(await cores()).find(([, { currentWork }]) =>
			currentWork?.assignments.some(([{ task }]) => task === paraId),
		)?.[0];
	await report.step('it has a core', async () => {
		if (sudo !== undefined) {
			const groups = (await relay.read('paraScheduler', 'validatorGroups')).toJSON() as unknown[];
			const taken = await cores();
			const free = groups.map((_, core) => core).find((core) => !(`${core}` in taken));
			if (free === undefined) throw new Error('no core is free: see configuration.setCoretimeCores');
			const now = (await relay.api.rpc.chain.getHeader()).number.toNumber();
			const task = [[{ Task: paraId }, 57_600]];
			const assign = relay.call('coretime', 'assignCore', free, now + 3, task, null);
			await relay.send(relay.call('sudo', 'sudo', assign), sudo);
		}
		const core = await until('the parachain to have a core', CORE_SECONDS, coreOfParachain);
		return `core ${core}`;
	});

	const urls: string[] = [];
	await report.step(`${collators} collator${collators === 1 ? '' : 's'} started`, async () => {
		let bootnode: readonly string[] = [];
		for (const name of names) {
			const rpc = await freePort();
			const port = await freePort();
			const base = join(folder, name);
			mkdirSync(base, { recursive: true });
			const log = join(folder, `${name}.log`);
			const child = started.start(
				[
					...[`--${name}`, '--collator', '--chain', spec, '--para-id', `${paraId}`],
					...['--base-path', base, '--port', `${port}`, '--rpc-port', `${rpc}`],
					...['--no-prometheus', '--no-mdns', ...bootnode],
					'--',
					...['--chain', relaySpec, '--execution', 'wasm', '--no-mdns', '--no-prometheus'],
					...['--port', `${await freePort()}`, '--rpc-port', `${await freePort()}`],
				],
				log,
			);
			const url = `ws://127.0.0.1:${rpc}`;
			const chain = await until(`${name} to answer (log: ${log})`, 120, async () => {
				if (child.exitCode !== null) throw new Error(`it ended with ${child.exitCode}`);
				return Chain.connect(url, { timeout: 10_000 });
			});
			if (bootnode.length === 0) {
				const peer = (await chain.api.rpc.system.localPeerId()).toString();
				bootnode = ['--bootnodes', `/ip4/127.0.0.1/tcp/${port}/p2p/${peer}`];
			}
			await chain.close();
			urls.push(url);
		}
		return urls.join(' ');
	});

	await report.step('its blocks are backed, included and final', async () => {
		const chain = await Chain.connect(urls[0] ?? '', { timeout: 30_000 });
		try {
			const genesis = (await chain.api.rpc.chain.getHeader(chain.api.genesisHash)).toHex();
			if (genesis !== head) throw new Error('the collators run another genesis');
			const last = await finalises(chain, 3, 300);
			const known = toNumber(await chain.read('parachainInfo', 'parachainId'));
			if (known !== paraId) throw new Error(`the chain takes itself for parachain ${known}`);
			return `block ${last} is final, relay chain at ${await finalised(relay)}`;
		} finally {
			await chain.close();
		}
	});
	return { paraId, urls };
}
