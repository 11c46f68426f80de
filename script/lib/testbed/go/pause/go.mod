module stagegate.testbed/pause

go 1.24
