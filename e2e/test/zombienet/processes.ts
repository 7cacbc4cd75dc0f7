/** Processes by their id: what they use, how they end. */
import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';

/** A process, told from a later one with the same id by the moment it started. */
export interface Process {
	readonly pid: number;
	readonly started: string;
}

/** Kernel ticks in a second, the unit of processor time under /proc. */
const TICKS = 100;

/** The fields of /proc/PID/stat behind the name, or nothing if the process is gone. */
function stat(pid: number): readonly string[] | undefined {
	try {
		const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
		return text.slice(text.lastIndexOf(')') + 2).split(' ');
	} catch {
		return undefined;
	}
}

/** The running process with this id. */
export function running(pid: number): Process | undefined {
	const fields = stat(pid);
	const started = fields?.[19];
	return started === undefined || fields?.[0] === 'Z' ? undefined : { pid, started };
}

/** Whether exactly this process still runs. */
export const lives = (process: Process): boolean =>
	running(process.pid)?.started === process.started;

/** These processes and everything that they have started. */
export function family(roots: readonly number[]): Process[] {
	const children = new Map<number, number[]>();
	for (const name of readdirSync('/proc')) {
		const pid = Number(name);
		const parent = Number.isInteger(pid) ? Number(stat(pid)?.[1]) : NaN;
		if (!Number.isInteger(parent)) continue;
		children.set(parent, [...(children.get(parent) ?? []), pid]);
	}
	const found: Process[] = [];
	const visit = (pid: number) => {
		const process = running(pid);
		if (process === undefined || found.some((other) => other.pid === pid)) return;
		found.push(process);
		for (const child of children.get(pid) ?? []) visit(child);
	};
	roots.forEach(visit);
	return found;
}

/** Sends a signal to a process if it still runs. */
export function signal(process: Process, name: NodeJS.Signals): void {
	if (!lives(process)) return;
	try {
		globalThis.process.kill(process.pid, name);
	} catch (error) {
		if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
	}
}

/** Waits until these processes are gone; says which are not. */
export async function gone(processes: readonly Process[], seconds: number): Promise<Process[]> {
	const until = Date.now() + seconds * 1_000;
	for (;;) {
		const left = processes.filter(lives);
		if (left.length === 0 || Date.now() >= until) return left;
		await sleep(100);
	}
}

/** What a set of processes has used. */
export interface Usage {
	/** Memory that is theirs alone and their share of what they share, in bytes. */
	readonly memory: number;
	/** Processor time since they started, in seconds. */
	readonly cpu: number;
}

/** What these processes use now. */
export function usage(processes: readonly Process[]): Usage {
	let memory = 0;
	let cpu = 0;
	for (const process of processes.filter(lives)) {
		const fields = stat(process.pid);
		cpu += (Number(fields?.[11] ?? 0) + Number(fields?.[12] ?? 0)) / TICKS;
		try {
			const rollup = readFileSync(`/proc/${process.pid}/smaps_rollup`, 'utf8');
			memory += Number(/^Pss:\s+(\d+) kB/m.exec(rollup)?.[1] ?? 0) * 1_024;
		} catch {
			// Gone since the list was made.
		}
	}
	return { memory, cpu };
}

/** The most memory that some processes and their children ever used, and their processor time. */
export class Meter {
	private peak = 0;
	private readonly cpu = new Map<string, number>();
	private readonly timer: NodeJS.Timeout;
	private readonly begun = Date.now();

	constructor(private readonly roots: () => readonly number[]) {
		this.timer = setInterval(() => this.look(), 5_000);
		this.timer.unref();
	}

	private look(): void {
		const processes = family(this.roots());
		for (const process of processes) {
			this.cpu.set(`${process.pid} ${process.started}`, usage([process]).cpu);
		}
		this.peak = Math.max(this.peak, usage(processes).memory);
	}

	/** Ends the measurement and puts it into words. */
	stop(): string {
		this.look();
		clearInterval(this.timer);
		const seconds = (Date.now() - this.begun) / 1_000;
		const busy = [...this.cpu.values()].reduce((sum, one) => sum + one, 0);
		const gigabytes = (this.peak / 1e9).toFixed(1);
		return `${gigabytes} GB of memory at most, ${(busy / seconds).toFixed(1)} processors on average`;
	}
}
