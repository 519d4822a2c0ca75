// Package commit keeps copies of groups in this process, applies tasks to them, and commits the results to Redis by
// compare-and-set. Tasks that wait for the same group go into one commit (group commit).
//
// Two state machines do this.
//
// An attempt takes a batch of tasks of one group to its end. Where it is: see state.
//
//	          no replica              replica
//	begin ---------------> reading ------------+
//	  |                       | group          |
//	  |                       v                |
//	  +------------------> stepping <----------+---------------------------+
//	     has a replica        |   | nothing to send                        |
//	              commit built|   +-------------------------> done         |
//	                          v            all as expected     ^           |
//	                      committing --------------------------+           |
//	                       |   ^   |  another commit was first             |
//	             reply lost|   |   +---------------------------------------+
//	                       v   | not executed                              |
//	                      querying --- executed, by its token ---> done    |
//	                           |  executed or not, another commit followed |
//	                           +-------------------------------------------+
//
// From every state an attempt goes to done with an error when its group cannot be read, a server refuses it, or retries
// take longer than the timeout. In every state but done it may have blocking steps, such as a load from the store or a
// pause before a retry. It leaves the batch of attempts that it travels with, runs the steps, and goes on alone.
//
// When the reply to a commit is lost, the group is read. Its token tells whether the commit is the last one. If others
// followed, remembered message ids tell it for each task that has an id; other tasks end in cache.ErrUnknown.
//
// A replica is the copy of a group in this process. What Redis has of the group: see replicaState.
//
//	             loaded              loaded, and the store has a later version
//	   +-----------+-----------+------------------+
//	   v           v           v                  v
//	current   unconfirmed    absent           outdated
//	   ^           |           |                  |
//	   +-----------+-----------+------------------+   committed
//
// A replica is dropped, and read again by the next attempt, when an attempt fails or finds that it is out of date, and
// when its group was deleted.
package commit
