print("eventauth")
