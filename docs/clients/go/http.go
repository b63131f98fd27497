// Asks eventauth by HTTP. The standard library's client keeps its connections open.
//
// usage: go run http.go http://HOST:PORT, with the parameters of an auth.check in each line of standard input. What was
// decided is printed. EVENTAUTH_TOKEN holds the token, where one is asked for.
package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"math/rand"
	"net/http"
	"os"
	"strings"
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

func lost(message string, isRetryable bool) *NoDecision {
	err := &NoDecision{Message: message}
	err.Data.Retryable = isRetryable
	return err
}

// Client may be used by many goroutines at once.
type Client struct {
	url, token string
	http       http.Client
}

func (c *Client) ask(method string, params json.RawMessage) (json.RawMessage, *NoDecision) {
	// The parameters as they are: an event that is read and written anew may come out with other numbers.
	body := fmt.Sprintf(`{"jsonrpc":"2.0","id":1,"method":%q,"params":%s}`, method, params)
	request, err := http.NewRequest("POST", c.url, strings.NewReader(body))
	if err != nil {
		return nil, lost(err.Error(), false)
	}
	request.Header.Set("Content-Type", "application/json")
	if c.token != "" {
		request.Header.Set("Authorization", "Bearer "+c.token)
	}
	response, err := c.http.Do(request)
	if err != nil {
		return nil, lost(err.Error(), true)
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err != nil {
		return nil, lost(err.Error(), true)
	}
	var reply struct {
		Result json.RawMessage
		Error  *NoDecision
	}
	// Whatever the status: an error of JSON-RPC may come with one of HTTP. Other texts are those of whoever stands between.
	if json.Unmarshal(text, &reply) != nil {
		return nil, lost(response.Status, response.StatusCode >= 500)
	}
	return reply.Result, reply.Error
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
	client := &Client{url: os.Args[1], token: os.Getenv("EVENTAUTH_TOKEN"), http: http.Client{Timeout: limit}}
	status := 0
	questions := bufio.NewScanner(os.Stdin)
	questions.Buffer(nil, 64<<20)
	for questions.Scan() {
		if len(questions.Bytes()) == 0 {
			continue
		}
		var decision struct{ Verdict, Rule string }
		if result, err := client.Call("auth.check", questions.Bytes()); err != nil {
			fmt.Println("no decision:", err)
			status = 1
		} else if json.Unmarshal(result, &decision) == nil {
			fmt.Println(decision.Verdict, decision.Rule)
		}
	}
	os.Exit(status)
}
