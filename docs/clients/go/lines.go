// Asks eventauth in lines of JSON over a socket: many questions at once, on one connection.
//
// usage: go run lines.go unix:PATH|tcp:HOST:PORT, with the parameters of an auth.check in each line of standard input. What
// was decided is printed as it comes. EVENTAUTH_TOKEN holds the token, where one is asked for.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"math/rand"
	"net"
	"os"
	"strings"
	"sync"
	"sync/atomic"
	"time"
)

const attempts, limit = 8, 10 * time.Second

// NoDecision is an error in place of a result: the event is neither allowed nor denied.
type NoDecision struct {
	Message string
	Data    struct {
		Retryable    bool
		RetryAfterMS int `json:"retry_after_ms"`
	}
}

func (e *NoDecision) Error() string { return e.Message }

func lost(message string) *NoDecision {
	err := &NoDecision{Message: message}
	err.Data.Retryable = true
	return err
}

type reply struct {
	ID     int
	Method string
	Result json.RawMessage
	Error  *NoDecision
}

// Connection finds the questions of answers by their ids: they come back in any order.
type Connection struct {
	conn    net.Conn
	mutex   sync.Mutex
	waiting map[int]chan reply
	lastID  int
	closing bool
}

func (c *Connection) read() {
	lines := bufio.NewScanner(c.conn)
	lines.Buffer(nil, 64<<20)
	for isDone := false; !isDone && lines.Scan(); {
		var r reply
		if json.Unmarshal(lines.Bytes(), &r) != nil {
			break
		}
		c.mutex.Lock()
		c.closing = c.closing || r.Method == "session.closing" // what is in flight is still answered
		if answer, ok := c.waiting[r.ID]; ok {
			delete(c.waiting, r.ID)
			answer <- r
		}
		isDone = c.closing && len(c.waiting) == 0
		c.mutex.Unlock()
	}
	c.conn.Close()
	c.mutex.Lock()
	defer c.mutex.Unlock()
	c.closing = true
	for _, answer := range c.waiting {
		answer <- reply{Error: lost("the connection was lost")}
	}
}

func (c *Connection) ask(method string, params json.RawMessage) (json.RawMessage, *NoDecision) {
	answer := make(chan reply, 1)
	c.mutex.Lock()
	c.lastID++
	c.waiting[c.lastID] = answer
	c.conn.SetWriteDeadline(time.Now().Add(limit))
	// The parameters as they are: an event that is read and written anew may come out with other numbers.
	_, err := fmt.Fprintf(c.conn, `{"jsonrpc":"2.0","id":%d,"method":%q,"params":%s}`+"\n", c.lastID, method, params)
	c.mutex.Unlock()
	if err != nil {
		return nil, lost(err.Error())
	}
	select {
	case r := <-answer:
		return r.Result, r.Error
	case <-time.After(limit):
		return nil, lost("no answer in time")
	}
}

// Client connects when it is first asked, and again when its connection is closing or lost.
type Client struct {
	address, token string
	mutex          sync.Mutex
	connection     *Connection
}

func (c *Client) ask(method string, params json.RawMessage) (json.RawMessage, *NoDecision) {
	c.mutex.Lock()
	if c.connection == nil || c.connection.isClosing() {
		if err := c.connect(); err != nil {
			c.mutex.Unlock()
			return nil, err
		}
	}
	connection := c.connection
	c.mutex.Unlock()
	return connection.ask(method, params)
}

func (c *Connection) isClosing() bool {
	c.mutex.Lock()
	defer c.mutex.Unlock()
	return c.closing
}

func (c *Client) connect() (refusal *NoDecision) {
	network, place, _ := strings.Cut(c.address, ":")
	conn, err := net.DialTimeout(network, place, limit)
	if err != nil {
		return lost(err.Error())
	}
	c.connection = &Connection{conn: conn, waiting: map[int]chan reply{}}
	go c.connection.read()
	if c.token != "" {
		_, refusal = c.connection.ask("session.authenticate", []byte(fmt.Sprintf(`{"token":%q}`, c.token)))
	}
	if refusal == nil {
		_, refusal = c.connection.ask("session.announce_closing", []byte("{}"))
	}
	if refusal != nil {
		conn.Close()
	}
	return refusal
}

// Call gives the result. Every method may be called again, so what was lost on its way is asked once more.
func (c *Client) Call(method string, params json.RawMessage) (result json.RawMessage, err *NoDecision) {
	for attempt := 0; attempt < attempts; attempt++ {
		if result, err = c.ask(method, params); err == nil || !err.Data.Retryable {
			break
		}
		pause := time.Duration(float64(100*time.Millisecond<<attempt) * (0.5 + rand.Float64()/2))
		time.Sleep(pause + time.Duration(err.Data.RetryAfterMS)*time.Millisecond)
	}
	return result, err
}

func main() {
	client := &Client{address: os.Args[1], token: os.Getenv("EVENTAUTH_TOKEN")}
	var calls sync.WaitGroup
	var status atomic.Int32
	questions := bufio.NewScanner(os.Stdin)
	questions.Buffer(nil, 64<<20)
	for questions.Scan() {
		if len(questions.Bytes()) == 0 {
			continue
		}
		calls.Add(1)
		go func(params string) {
			defer calls.Done()
			var decision struct{ Verdict, Rule string }
			if result, err := client.Call("auth.check", []byte(params)); err != nil {
				fmt.Println("no decision:", err)
				status.Store(1)
			} else if json.Unmarshal(result, &decision) == nil {
				fmt.Println(decision.Verdict, decision.Rule)
			}
		}(questions.Text())
	}
	calls.Wait()
	os.Exit(int(status.Load()))
}
