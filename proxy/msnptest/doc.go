// Package msnptest is a practice MSNP server and scripted clients for it: what
// the demo shows and what the tests of the proxy talk to. They behave on the
// wire like the servers and clients of 2002 (MSNP2 to MSNP7), follow the
// addresses they are given to the letter, and share no code with the decoder,
// so that a mistake there cannot hide behind the same mistake here.
//
//	srv, err := msnptest.Start(msnptest.Config{
//		DS: []string{"127.0.0.1:0"}, NS: []string{"127.0.0.1:0"}, SB: []string{"127.0.0.1:0"},
//		Accounts: []msnptest.Account{{Handle: "alice@hotmail.com", Password: "secret", Name: "Alice"}},
//	})
//	...
//	defer srv.Close()
//	alice := msnptest.NewClient(msnptest.ClientConfig{Handle: "alice@hotmail.com", Password: "secret"})
//	defer alice.Close()
//	err = alice.SignIn(ctx, srv.DispatchAddr())
package msnptest
