-- Not nil: false is what an application that says nothing of it is not OutOfSync by, however it is compared.
obj.spec.suspend = false
return obj
