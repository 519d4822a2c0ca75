package main

import (
	"context"
	"errors"
	"time"

	"github.com/spf13/cobra"

	"github.com/dictrack/dictrack"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/ingest"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/input"
	"github.com/dictrack/dictrack/cmd/dictrack/internal/timeparse"
	"github.com/dictrack/dictrack/dotpath"
	"github.com/dictrack/dictrack/tracker"
)

// trackFlags are the flags of track.
type trackFlags struct {
	state                 state
	trackers              string
	groupBy, idBy, timeBy string
	timeLayout            string
	idWindow              time.Duration
	strict, trust         bool
}

const trackHelp = `Read messages (JSON objects) and apply each to the trackers of its group, which --group-by finds in the message. A new
group gets the trackers of the definition file.

Input: one JSON object per line, or a top-level array of objects; gzip is recognised. Without a FILE, or for -, standard
input is read. A line or an array element may have up to 16 MiB. Paths are keys and list indexes joined by dots, such as
user.id or items.0; \. is a dot within a key. Groups and ids are strings, or integers, which stand for their decimal form.

Time: by default the time of a message is the time of the clock. With --time-by it is read from the message: RFC 3339,
Unix seconds, or Unix milliseconds from 100000000000 on. --time-layout sets another form: the time 2006-01-02 15:04:05
written in this form, or the name of one of Go's layouts, such as DateOnly or RFC1123. Times without a zone are UTC. The
time never goes back: a late message gets the latest time read before it.

Output: one JSON object per line for each event except ADDED and REMOVED, in the order of the messages. Events caused by
the clock follow the batch of messages that moved the clock. A line that is not a JSON object, or lacks the group, the id
or the time, is reported on standard error, counted and skipped; that alone is no failure. With --strict it ends the run
with exit status 1, and the messages before it still count. The end is a summary, also after an interruption, which
finishes the current batch first.`

func newTrack(a *app) *cobra.Command {
	var flags trackFlags
	cmd := &cobra.Command{
		Use:   "track --trackers FILE --group-by PATH [FILE...]",
		Short: "Track messages from files or standard input",
		Long:  trackHelp,
		Example: `  dictrack track --trackers trackers.yaml --group-by user.id messages.jsonl
  zcat logs/*.gz | dictrack track --trackers trackers.yaml --group-by player --data state/ --id-by request_id
  dictrack track --trackers trackers.yaml --group-by origin --time-by date --time-layout '2006/01/02 15:04' flights.ndjson`,
		Args: argumentCount(0, -1),
	}
	flags.add(cmd)
	cmd.RunE = wrapRun(func(cmd *cobra.Command, files []string) error {
		if err := errors.Join(flags.state.resolve(cmd), requireFlags(cmd, "trackers", "group-by")); err != nil {
			return err
		}
		fields, err := flags.fields()
		if err != nil {
			return err
		}
		sources, err := a.sources(files)
		if err != nil {
			return err
		}
		specs, err := readSpecs(flags.trackers)
		if err != nil {
			return err
		}
		return a.track(cmd.Context(), &flags, specs, &ingest.Pipeline{Sources: sources, Fields: fields, Strict: flags.strict, Trusted: flags.trust})
	})
	return cmd
}

func (t *trackFlags) add(cmd *cobra.Command) {
	trackersFlag(cmd, &t.trackers)
	stateFlags(cmd, &t.state, "store the state in `DIR` (default without --store: in memory, for this run)")
	f := cmd.Flags()
	f.StringVar(&t.groupBy, "group-by", "", "the `PATH` of the group")
	f.StringVar(&t.idBy, "id-by", "", "the `PATH` of the message id; a message whose id its group has seen changes nothing")
	f.DurationVar(&t.idWindow, "id-window", 7*24*time.Hour, "how long ids are remembered, by the time of the messages; to read the same input\nagain, at least the time that it spans")
	f.StringVar(&t.timeBy, "time-by", "", "the `PATH` of the time (default: the clock)")
	f.StringVar(&t.timeLayout, "time-layout", "", "the `LAYOUT` of that time, as in Go")
	f.BoolVar(&t.strict, "strict", false, "stop at the first line that is rejected; with --id-by messages are stored one by one,\nwhich is slow")
	f.BoolVar(&t.trust, "trust", false, "do not check the JSON of parts that no tracker uses; for input that is known to be\nvalid. With --id-by everything is checked")
}

// fields parses the flags that say where the fields of a message are.
func (t *trackFlags) fields() (f ingest.Fields, err error) {
	for _, one := range []struct {
		flag, text string
		path       *dotpath.Path
	}{{"group-by", t.groupBy, &f.Group}, {"id-by", t.idBy, &f.ID}, {"time-by", t.timeBy, &f.Time}} {
		if one.text == "" {
			continue
		}
		if *one.path, err = dotpath.Parse(one.text); err != nil {
			return f, usage("write a path such as user.id", "track: --%s: %w", one.flag, err)
		}
	}
	if t.idWindow <= 0 {
		return f, usage("give a duration such as 24h", "track: --id-window %v is not above 0", t.idWindow)
	}
	if t.timeLayout == "" {
		return f, nil
	}
	if t.timeBy == "" {
		return f, usage("add --time-by with the path of the time", "track: --time-layout without --time-by")
	}
	if f.Times, err = timeparse.NewParser(t.timeLayout); err != nil {
		return f, usage("write the time 2006-01-02 15:04:05 in the form of the messages, such as '2006/01/02 15:04'", "track: --time-layout: %w", err)
	}
	return f, nil
}

// sources finds all files before any of them is read.
func (a *app) sources(files []string) ([]*input.Source, error) {
	if len(files) == 0 && a.inTerminal {
		return nil, usage("name the files, or pipe messages as in: zcat messages.gz | dictrack track ...; use - to type them",
			"track: no FILE, and standard input is a terminal")
	}
	if len(files) == 0 {
		files = []string{"-"}
	}
	var sources []*input.Source
	for _, file := range files {
		if file == "-" {
			sources = append(sources, input.Stream("stdin", a.in))
			continue
		}
		s, err := input.File(file)
		if err != nil {
			return nil, err
		}
		sources = append(sources, s)
	}
	return sources, nil
}

// track opens the state, tracks all sources, and closes the state.
func (a *app) track(ctx context.Context, flags *trackFlags, specs []tracker.Spec, r *ingest.Pipeline) error {
	r.Clock = &ingest.Clock{}
	m, err := a.openForTrack(ctx, flags, r.Clock)
	if err != nil {
		return err
	}
	if err := m.SetTemplate("trackers", specs...); err != nil {
		return a.close(m, err)
	}
	r.Manager = m
	d := newDisplay(a.streams, r)
	summary, err := r.Run(ctx)
	d.finish()
	err = a.close(m, err)
	a.notef("%v", &summary)
	if errors.Is(err, ingest.ErrStopped) {
		return failure("without --strict such lines are skipped", "track: %w", err)
	}
	return err
}

func (a *app) openForTrack(ctx context.Context, flags *trackFlags, clock *ingest.Clock) (*dictrack.Manager, error) {
	return a.open(ctx, &flags.state, dictrack.Options{Clock: clock.Now, IDWindow: flags.idWindow})
}
