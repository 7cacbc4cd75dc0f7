/** Random numbers that all follow from one seed. */
export class Random {
	private state: number;

	constructor(seed: number) {
		this.state = seed >>> 0;
	}

	/** From 0 to 1, without 1 (mulberry32). */
	next(): number {
		this.state = (this.state + 0x6d2b79f5) >>> 0;
		let word = Math.imul(this.state ^ (this.state >>> 15), this.state | 1);
		word = (word + Math.imul(word ^ (word >>> 7), word | 61)) ^ word;
		return ((word ^ (word >>> 14)) >>> 0) / 2 ** 32;
	}

	/** A whole number of both bounds and between. */
	between(least: number, most: number): number {
		return least + Math.floor(this.next() * (most - least + 1));
	}

	chance(probability: number): boolean {
		return this.next() < probability;
	}

	pick<T>(list: readonly T[]): T {
		const picked = list[this.between(0, list.length - 1)];
		if (picked === undefined) throw new Error('nothing to pick from');
		return picked;
	}

	/** So many different elements of a list, or all if it has fewer. */
	some<T>(list: readonly T[], count: number): T[] {
		const rest = [...list];
		const taken: T[] = [];
		while (taken.length < count && rest.length > 0) {
			taken.push(...rest.splice(this.between(0, rest.length - 1), 1));
		}
		return taken;
	}

	/** A key, as often as its weight says. */
	weighted<K extends string>(weights: Readonly<Record<K, number>>): K {
		const entries = Object.entries(weights) as [K, number][];
		let left = this.next() * entries.reduce((sum, [, weight]) => sum + weight, 0);
		for (const [key, weight] of entries) {
			left -= weight;
			if (left < 0) return key;
		}
		throw new Error('no key has a weight');
	}
}
