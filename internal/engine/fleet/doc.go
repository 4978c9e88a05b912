// Package fleet is what the process knows of all objects of one kind together: who has or wants which remote, the last
// lists, who waits for whom, and what is remembered of each object. It sweeps them, and asks again what their names mean.
// Nothing in it outlives the process, and all of it is found again by the first passes.
package fleet
