// Command ferretdb serves the MongoDB protocol from SQLite files, for tests. It is a module of its own, so
// that its dependencies are not those of the library.
package main

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"os"
	"os/signal"
	"syscall"

	"github.com/FerretDB/FerretDB/ferretdb"
)

func main() {
	dir := flag.String("dir", "", "data directory, which must exist")
	port := flag.Int("port", 0, "port of 127.0.0.1 to listen on")
	flag.Parse()
	if err := serve(*dir, *port); err != nil {
		fmt.Fprintln(os.Stderr, "ferretdb:", err)
		os.Exit(1)
	}
}

// serve runs the server until SIGINT or SIGTERM. Embedded like this, FerretDB sends no telemetry.
func serve(dir string, port int) error {
	if dir == "" || port == 0 {
		return fmt.Errorf("-dir is %q and -port is %d, want both", dir, port)
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	server, err := ferretdb.New(&ferretdb.Config{
		Listener:  ferretdb.ListenerConfig{TCP: fmt.Sprintf("127.0.0.1:%d", port)},
		Logger:    slog.New(slog.NewTextHandler(os.Stderr, &slog.HandlerOptions{Level: slog.LevelError})),
		Handler:   "sqlite",
		SQLiteURL: "file:" + dir + "/",
	})
	if err != nil {
		return err
	}
	return server.Run(ctx)
}
