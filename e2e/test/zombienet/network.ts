/** A network that zombienet starts from a TOML file, on this machine. */
import { spawn, type ChildProcess } from 'node:child_process';
import { closeSync, existsSync, mkdirSync, openSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { family, gone, lives, running, signal, type Process } from './processes.ts';
import { until } from './report.ts';

/** The folder with the networks and the tool. */
const FOLDER = resolve(dirname(fileURLToPath(import.meta.url)), '..', '..', '..', 'zombienet');
const TOOL = join(FOLDER, 'node_modules', '@zombienet', 'cli', 'dist', 'cli.js');

/** Until every node answers. On a busy machine specs and code take a while to be made. */
const SPAWN_SECONDS = 600;

/** What zombienet writes down about a network, as far as it is used here. */
interface Written {
	readonly relay: readonly { readonly name: string; readonly wsUri: string }[];
	readonly paras: Readonly<
		Record<string, { readonly nodes: readonly { readonly name: string; readonly wsUri: string }[] }>
	>;
	readonly client: {
		readonly processMap: Readonly<
			Record<string, { readonly pid?: number; readonly cmd?: readonly string[]; readonly logs: string }>
		>;
	};
}

/** A node of the network. */
export interface Member {
	readonly name: string;
	readonly url: string;
}

/** The binaries and chain specs of a network. */
export interface Parts {
	readonly relayNode: string;
	readonly relaySpec: string;
	readonly collator: string;
	readonly parachainSpec: string;
}

export class Zombienet {
	private readonly processes = new Map<string, Process>();
	private written: Written | undefined;

	private constructor(
		private readonly tool: ChildProcess,
		readonly folder: string,
	) {}

	/** Begins to start the network of that name. */
	static begin(name: string, parts: Parts, folder: string): Zombienet {
		if (!existsSync(TOOL)) throw new Error(`there is no ${TOOL}: run npm ci in zombienet/`);
		mkdirSync(folder, { recursive: true });
		const log = openSync(join(folder, 'zombienet.log'), 'w');
		const nodes = join(folder, 'network');
		const { RUST_LOG: _, ...env } = process.env;
		const tool = spawn(
			process.execPath,
			[TOOL, '-p', 'native', '-l', 'text', '-d', nodes, 'spawn', join(FOLDER, `${name}.toml`)],
			{
				cwd: folder,
				stdio: ['ignore', log, log],
				// A signal to this process's group, such as Ctrl-C, is for `stop` to handle, in order.
				detached: true,
				env: {
					...env,
					RELAY_NODE: parts.relayNode,
					RELAY_SPEC: parts.relaySpec,
					COLLATOR: parts.collator,
					PARACHAIN_SPEC: parts.parachainSpec,
				},
			},
		);
		closeSync(log);
		return new Zombienet(tool, folder);
	}

	/** Waits until every node answers. */
	async ready(): Promise<void> {
		const file = join(this.folder, 'network', 'zombie.json');
		const over = new Promise<never>((_, failed) => {
			this.tool.once('error', failed);
			this.tool.once('exit', (code, name) =>
				failed(new Error(`zombienet ended with ${code ?? name}\n${this.toolLog()}`)),
			);
		});
		// Once the network runs, its end is the business of `stop`.
		over.catch(() => undefined);
		const written = until('all nodes to answer', SPAWN_SECONDS, async () => {
			if (!existsSync(file)) return undefined;
			return JSON.parse(readFileSync(file, 'utf8')) as Written;
		});
		this.written = await Promise.race([written, over]);
		for (const [name, { pid }] of Object.entries(this.written.client.processMap)) {
			if (pid !== undefined) this.note(name, pid);
		}
	}

	/** Remembers the process of a node, so that a later one with its id is not taken for it. */
	private note(name: string, pid: number): void {
		const process = running(pid);
		if (process === undefined) throw new Error(`${name} ended at once`);
		this.processes.set(name, process);
	}

	private get about(): Written {
		if (this.written === undefined) throw new Error('the network has not started');
		return this.written;
	}

	/** The validators. */
	get validators(): Member[] {
		return this.about.relay.map(({ name, wsUri }) => ({ name, url: wsUri }));
	}

	/** The collators. */
	get collators(): Member[] {
		return Object.values(this.about.paras)
			.flatMap(({ nodes }) => nodes)
			.map(({ name, wsUri }) => ({ name, url: wsUri }));
	}

	/** The relay chain's spec with the address of its first validator. */
	get relaySpec(): string {
		return join(this.folder, 'network', 'flarechain.json');
	}

	private process(name: string): Process {
		const process = this.processes.get(name);
		if (process === undefined) throw new Error(`there is no node ${name}`);
		return process;
	}

	/** The process ids of the nodes that run. */
	pids(): number[] {
		return [...this.processes.values()].filter(lives).map(({ pid }) => pid);
	}

	/** Kills a node: it has no chance to tidy up. */
	async kill(name: string): Promise<void> {
		const process = this.process(name);
		if (!lives(process)) throw new Error(`${name} does not run`);
		const processes = family([process.pid]);
		for (const one of processes) signal(one, 'SIGKILL');
		const left = await gone(processes, 20);
		if (left.length > 0) throw new Error(`${name} does not end`);
	}

	/** Starts a killed node again, with the command and the database that it had. */
	restart(name: string): void {
		if (lives(this.process(name))) throw new Error(`${name} runs`);
		const { cmd, logs } = this.about.client.processMap[name] ?? {};
		if (cmd === undefined || logs === undefined) throw new Error(`the command of ${name} is unknown`);
		const log = openSync(logs, 'a');
		const { RUST_LOG: _, ...env } = process.env;
		const child = spawn('bash', ['-c', `exec ${cmd.join(' ')}`], {
			stdio: ['ignore', log, log],
			detached: true,
			env,
		});
		closeSync(log);
		if (child.pid === undefined) throw new Error(`${name} does not start`);
		child.unref();
		this.note(name, child.pid);
	}

	/** Ends every process of the network, each by its id. */
	async stop(): Promise<void> {
		const tool = this.tool.exitCode === null && this.tool.signalCode === null ? this.tool.pid : undefined;
		const processes: Process[] = family([...(tool === undefined ? [] : [tool]), ...this.pids()]);
		for (const process of processes) signal(process, 'SIGTERM');
		for (const process of await gone(processes, 15)) signal(process, 'SIGKILL');
		const left = await gone(processes, 15);
		if (left.length > 0) {
			throw new Error(`still there: ${left.map(({ pid }) => pid).join(', ')}`);
		}
	}

	private toolLog(lines = 40): string {
		const file = join(this.folder, 'zombienet.log');
		const text = existsSync(file) ? readFileSync(file, 'utf8') : '';
		return text.trimEnd().split('\n').slice(-lines).join('\n');
	}

	/** The ends of the logs of all nodes. */
	tails(lines = 25): string {
		if (this.written === undefined) return '';
		return [...this.validators, ...this.collators]
			.map(({ name }) => {
				const file = this.about.client.processMap[name]?.logs;
				const text = file !== undefined && existsSync(file) ? readFileSync(file, 'utf8') : '';
				return `--- ${name} (${file}) ---\n${text.trimEnd().split('\n').slice(-lines).join('\n')}`;
			})
			.join('\n');
	}
}
