package connect

import "log/slog"

// Options are what a URL does not say. The zero Options are the defaults.
type Options struct {
	// Logger receives what the store cannot return to a caller. A cache uses the logger of its Manager. Default: no
	// logging.
	Logger *slog.Logger
	// MustExist refuses a directory that does not exist or is empty, with a *NotFoundError, instead of creating a store in
	// it. It has no effect on servers. Default: off.
	MustExist bool
}
